import { EditorView } from '@codemirror/view';

/** The editor in the colours of the page, which reach into its shadow root as custom properties. */
export const editorTheme = EditorView.theme({
  '&': {
    height: '100%',
    color: 'var(--ink)',
    backgroundColor: 'transparent',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--prose)',
    fontSize: '1.125rem',
    lineHeight: '1.7',
    overflowX: 'hidden',
    scrollbarWidth: 'thin',
    scrollbarColor: 'var(--line) transparent',
  },
  '.cm-content': {
    maxWidth: '46rem',
    margin: '0 auto',
    padding: '2rem 0 45vh',
    caretColor: 'var(--ink)',
    overflowWrap: 'anywhere',
  },
  '.cm-line': { padding: '0 1.5rem' },
  '.cm-placeholder': { color: 'var(--quiet)' },
  '.cm-panels': { backgroundColor: 'var(--paper)', color: 'var(--ink)', zIndex: '3' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '0.5rem 2.5rem 0.5rem 0.8rem', fontFamily: 'var(--ui)', fontSize: '0.8125rem' },
  '.cm-panel.cm-search label': { fontSize: '0.8125rem', display: 'inline-flex', alignItems: 'center', gap: '0.25rem' },
  '.cm-panel.cm-search [name=close]': { fontSize: '1.25rem', color: 'inherit', right: '0.6rem', top: '0.3rem', minWidth: '1.5rem', minHeight: '1.5rem' },
  '.cm-textfield': {
    backgroundColor: 'var(--sheet)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    padding: '0.25rem 0.5rem',
    fontSize: '0.875rem',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--sheet)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    padding: '0.25rem 0.6rem',
    fontSize: '0.8125rem',
  },
  '.cm-searchMatch': { backgroundColor: 'color-mix(in srgb, var(--wait) 28%, transparent)' },
  '.cm-searchMatch-selected': { backgroundColor: 'color-mix(in srgb, var(--wait) 55%, transparent)' },
  '@media (max-width: 46rem)': {
    '.cm-content': { padding: '1.25rem 0 40vh' },
    '.cm-line': { padding: '0 1rem' },
  },
});
