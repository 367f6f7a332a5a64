import { defaultKeymap } from '@codemirror/commands';
import { openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { bindCodeMirror } from './codemirror.js';
import { ConcordSession } from './concord.js';
import { Drawer } from './drawer.js';
import { editorTheme } from './editor-theme.js';
import { HistoryApi } from './history-api.js';
import { carryKey, fragment, holder, onOtherKey, token } from './key.js';
import { Me } from './me.js';
import { Notice, orphanedText } from './notices.js';
import { PANELS } from './panels.js';
import { jumpTo } from './people-panel.js';
import { showPeople } from './people.js';
import { Rescue } from './rescue.js';
import { adviceOf, isHandedOn, readingReason, reconnect } from './rights.js';
import { sharePanel } from './share-panel.js';
import { sentenceOf, statesOf } from './states.js';

const SPEAK_MS = 900;
const COPIED_MS = 2_000;
/** The close code of a room that was deleted. */
const DELETED = 4404;
const LONGEST_QUOTE = 200;
const LINES_SPOKEN = 4;

const $ = (id) => document.getElementById(id);
const room = decodeURIComponent(location.pathname.split('/').at(-1));
const asksToRead = new URLSearchParams(location.search).has('readonly');
const session = new ConcordSession({ room, client: 'editor', token });
const me = new Me(holder());
const notice = new Notice($('notice'), () => showNotices(session.status));
const frozen = new Compartment();
const view = openView();
const panels = new Map();
const rescue = new Rescue({ session, api: new HistoryApi(room), notice, show: showVersion, isReadOnly });
const drawer = new Drawer($('drawer'), $('panels'));
let frozenNow = asksToRead;
let spoken = '';
let speaking = 0;
let leaving = false;
/** The text is being put back: until the server has it, it may be nowhere else. */
let returning = false;

bindCodeMirror(session, view);
me.onChange((person) => session.setUser(person));
nameRoom();
PANELS.forEach(addPanel);
carryKey();
onOtherKey(() => {
  me.recognise(holder());
  reconnect(session);
});
if (token !== null) {
  $('home').href = `/home${fragment}`;
  $('home').title = 'The rooms that you may open';
}
showPeople($('people'), {
  session,
  me,
  announce,
  onMe: () => drawer.open('people'),
  onPeer: (peer) => jumpTo({ session, view, announce }, peer),
});
session.on('status', showStatus);
session.on('change', showCount);
session.on('refused', ({ message }) => notice.show('refused', `The server refused an edit: ${message}. It is still in this page: copy what you need.`));
session.on('fault', showFault);
$('undo').addEventListener('click', () => session.undo());
$('redo').addEventListener('click', () => session.redo());
$('find').addEventListener('click', () => openSearchPanel(view));
$('offline').addEventListener('click', () => (session.status.connection === 'offline' ? session.goOnline() : session.goOffline()));
$('copy-link').addEventListener('click', () => (mayShare() ? drawer.open('share') : copyLink()));
addEventListener('beforeunload', (event) => {
  const { unsent, refused, replaced } = session.status;
  // The page of a room that was replaced still shows the old text, which may be nowhere else.
  if (!leaving && (unsent > 0 || refused > 0 || ((replaced || returning) && session.text !== ''))) {
    event.preventDefault();
  }
});
showStatus(session.status);
showCount();

function openView() {
  // CodeMirror makes its style sheets by script, which a strict policy lets it do inside of a shadow root only.
  const root = $('editor').attachShadow({ mode: 'open', delegatesFocus: true });
  return new EditorView({
    parent: root,
    extensions: [
      keymap.of([...defaultKeymap, ...searchKeymap]),
      search({ top: true }),
      EditorView.lineWrapping,
      placeholder(asksToRead ? '' : 'Write something. Whoever has the link sees it as you type.'),
      EditorView.contentAttributes.of({ 'aria-label': `Text of ${room}`, spellcheck: 'true', autocapitalize: 'sentences' }),
      frozen.of(readingOnly(asksToRead)),
      editorTheme,
    ],
  });
}

function isReadOnly() {
  const { readOnly, replaced } = session.status;
  return asksToRead || readOnly || replaced;
}

/** Only whoever administers the room makes links, and only where the server knows who that is. */
function mayShare() {
  return token !== null && session.status.right === 'admin';
}

function addPanel(make) {
  const notify = (text, actions) => notice.show('panel', text, actions);
  const panel = make({ room, session, view, drawer, me, announce, rescue, isReadOnly, notify });
  panels.set(panel.id, panel);
  drawer.add(panel);
}

function showVersion(version) {
  drawer.open('history');
  panels.get('history').choose(version);
}

function readingOnly(on) {
  return on ? [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.contentAttributes.of({ tabindex: '0' })] : [];
}

function nameRoom() {
  $('room').textContent = room;
  $('room').title = `Room ${room}`;
  document.title = `${room} · Concord`;
}

function showStatus(status) {
  const states = statesOf(status);
  for (const [id, { state, text }] of Object.entries(states)) {
    const element = $(id);
    if (element.dataset.state !== state || element.dataset.text !== text) {
      element.dataset.state = state;
      element.dataset.text = text;
      element.querySelector('.word').textContent = text;
    }
  }
  const offline = status.connection === 'offline';
  $('offline').setAttribute('aria-checked', String(offline));
  $('offline').disabled = status.connection === 'stopped';
  // What is typed into a text that the room does not have any more would be nowhere.
  const reading = isReadOnly();
  if (frozenNow !== reading) {
    frozenNow = reading;
    view.dispatch({ effects: frozen.reconfigure(readingOnly(reading)) });
    showCount();
  }
  showRight(status);
  $('undo').disabled = reading || !session.canUndo;
  $('redo').disabled = reading || !session.canRedo;
  speakStatus(status);
  showNotices(status);
}

/** Says in words when nothing can be changed here, and why. */
function showRight(status) {
  const reason = readingReason(status, asksToRead);
  if ($('reading').textContent !== reason) {
    $('reading').textContent = reason;
  }
  $('reading').hidden = reason === '';
  const share = mayShare();
  if (share && !panels.has('share')) {
    addPanel(sharePanel);
  }
  if ($('copy-link').dataset.share !== String(share)) {
    $('copy-link').dataset.share = share;
    $('copy-link').textContent = share ? 'Share' : 'Copy link';
  }
}

/** Only what lasts is spoken: not each of the changes while somebody types. */
function speakStatus(status) {
  const sentence = sentenceOf(status);
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    if (sentence !== spoken) {
      spoken = sentence;
      announce(sentence);
    }
  }, SPEAK_MS);
}

function showNotices(status) {
  if (!status.replaced) {
    notice.hide('replaced');
  }
  if (status.connection === 'live') {
    returning = false;
  }
  if (status.replaced) {
    if (!notice.shows('replaced')) {
      offerOldText(status);
    }
  } else if (status.connection === 'stopped') {
    showStop(status);
  } else if (status.orphaned > 0) {
    if (!notice.shows('orphaned')) {
      offerOrphaned(status.orphaned);
    }
  } else if (status.connection === 'reconnecting' && status.reason !== '') {
    notice.show('unreachable', status.reason);
  } else if (status.connection === 'live') {
    notice.hide('unreachable');
    notice.hide('stopped');
    if (status.saved) {
      notice.hide('refused');
    }
  }
}

/** Why there is no connection any more, what to do about it, and that nothing is lost. */
function showStop({ reason, code, unsent, orphaned }) {
  const kept = unsent + orphaned > 0 ? 'What was not sent is kept in this browser.' : '';
  const text = [reason, adviceOf(code), kept].filter((sentence) => sentence !== '').join(' ');
  if (notice.shows('stopped') && notice.text === text) {
    return;
  }
  const again = {
    label: 'Try again',
    run: () => {
      session.goOnline();
      return false;
    },
  };
  const reload = { label: 'Reload', run: () => location.reload() };
  const download = { label: 'Download this text', run: () => offerDownload() };
  notice.show('stopped', text, [[4401, 4403].includes(code) ? again : reload, download]);
}

function showFault(error) {
  notice.show('fault', `Something went wrong: ${error.message}`, [{ label: 'Dismiss', run: () => {} }]);
}

/** The room has another history now, and this page may be the only place that has the text. */
function offerOldText({ reason, code, orphaned, readOnly }) {
  const download = { label: 'Download', run: offerDownload };
  const open = {
    label: code === DELETED ? 'Begin a new one' : 'Open the new one',
    run: () => {
      leaving = true;
      location.reload();
      return false;
    },
  };
  const back = {
    label: 'Put the text back',
    run: () => {
      returning = true;
      session.putBack().catch(showFault);
      view.focus();
      return false;
    },
  };
  const unsent = orphaned > 0 ? ' Some of what you typed never reached the server; it is in here too.' : '';
  const actions = asksToRead || readOnly ? [download, open] : [back, download, open];
  notice.show('replaced', `${reason} What you see is the text as this page had it. It cannot be changed until you choose.${unsent}`, actions);
}

/** The text as a file: a reload brings another one. The notice stays. */
function offerDownload() {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([session.text], { type: 'text/plain' }));
  link.download = `${room}.txt`;
  link.click();
  URL.revokeObjectURL(link.href);
  return false;
}

/** Unsent edits of another history of the room: they are offered, and go only when asked to. */
function offerOrphaned(count) {
  const kept = orphanedText(session);
  const quote = kept.length > LONGEST_QUOTE ? `${kept.slice(0, LONGEST_QUOTE)}…` : kept;
  const what = kept === '' ? 'some deletions' : `“${quote}”`;
  const actions = [{ label: 'Discard', run: () => session.discardOrphaned() }];
  if (kept !== '' && !isReadOnly()) {
    actions.unshift({
      label: 'Insert at the caret',
      run: () => {
        view.dispatch(view.state.replaceSelection(kept), { scrollIntoView: true, userEvent: 'input' });
        session.discardOrphaned();
      },
    });
  }
  notice.show('orphaned', `This room was replaced by a new one. ${count === 1 ? 'An edit' : `${count} edits`} of the old text ${count === 1 ? 'was' : 'were'} not sent and kept here: ${what}`, actions);
}

function showCount() {
  const { length, lines } = view.state.doc;
  $('count').textContent = `${length.toLocaleString('en')} ${length === 1 ? 'character' : 'characters'} · ${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}${isReadOnly() ? ' · read only' : ''}`;
}

/** The link to this text as it was opened. A key goes along only when it is a link's and opens nothing else: a sign-in is nobody else's. */
async function copyLink() {
  const link = new URL(`${location.pathname}${asksToRead ? '?readonly' : ''}${isHandedOn(room) ? fragment : ''}`, location.href).href;
  const button = $('copy-link');
  try {
    await navigator.clipboard.writeText(link);
    button.textContent = 'Copied';
    announce(token === null || isHandedOn(room) ? 'Link copied' : 'Link copied, without your key: whoever opens it has to sign in');
    setTimeout(() => {
      button.textContent = 'Copy link';
    }, COPIED_MS);
  } catch {
    // Browsers let secure pages only write to the clipboard.
    notice.show('link', `The link to this text: ${link}`, [{ label: 'Close', run: () => {} }]);
  }
}

/** Adds a line to what a screen reader reads; the last few stay, so that none is overtaken by the next. */
function announce(text) {
  const line = document.createElement('p');
  line.textContent = text;
  $('spoken').append(line);
  while ($('spoken').childElementCount > LINES_SPOKEN) {
    $('spoken').firstChild.remove();
  }
}
