/**
 * A drawer at the side with tabs, one for each panel. A panel is `{id, label, element}`, and may have `shown()` and `hidden()`, which are
 * called when it comes into view and leaves it. Panels may be added at any time.
 */
export class Drawer {
  #root;
  #tabs;
  #body;
  #toggle;
  #panels = new Map();
  #open = null;

  /** `root` holds `.tabs`, `.drawer-body` and `.close`; `toggle` is the button that opens and closes it. */
  constructor(root, toggle) {
    this.#root = root;
    this.#tabs = root.querySelector('.tabs');
    this.#body = root.querySelector('.drawer-body');
    this.#toggle = toggle;
    toggle.addEventListener('click', () => (this.#open === null ? this.open() : this.close()));
    root.querySelector('.close').addEventListener('click', () => this.close());
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented) {
        event.preventDefault();
        this.close();
      }
    });
    this.#tabs.addEventListener('keydown', (event) => this.#walk(event));
  }

  /** The id of the panel in view, null when the drawer is closed. */
  get current() {
    return this.#open;
  }

  add(panel) {
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.id = `tab-${panel.id}`;
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', `panel-${panel.id}`);
    tab.textContent = panel.label;
    tab.addEventListener('click', () => this.open(panel.id));
    const { element } = panel;
    element.id = `panel-${panel.id}`;
    element.classList.add('panel');
    element.setAttribute('role', 'tabpanel');
    element.setAttribute('aria-labelledby', tab.id);
    element.hidden = true;
    this.#panels.set(panel.id, { ...panel, tab, shown: () => panel.shown?.(), hidden: () => panel.hidden?.() });
    this.#tabs.append(tab);
    this.#body.append(element);
    this.#mark(this.#open ?? this.#panels.keys().next().value);
  }

  /** Opens a panel, the first one by default, and moves the focus to its tab. */
  open(id = this.#panels.keys().next().value) {
    if (this.#open !== id) {
      const before = this.#panels.get(this.#open);
      this.#open = id;
      this.#root.hidden = false;
      this.#toggle.setAttribute('aria-expanded', 'true');
      before?.hidden();
      this.#mark(id);
      this.#panels.get(id).shown();
    }
    const { tab } = this.#panels.get(id);
    tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    tab.focus();
  }

  /** Closes it; the focus goes back to the button that opens it. */
  close() {
    const before = this.#panels.get(this.#open);
    if (before === undefined) {
      return;
    }
    this.#open = null;
    this.#root.hidden = true;
    this.#toggle.setAttribute('aria-expanded', 'false');
    before.hidden();
    this.#toggle.focus();
  }

  #mark(id) {
    for (const { id: other, tab, element } of this.#panels.values()) {
      const chosen = other === id;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      element.hidden = !chosen;
    }
  }

  #walk(event) {
    const ids = [...this.#panels.keys()];
    const at = ids.indexOf(this.#open);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      this.open(ids[(next + ids.length) % ids.length]);
    }
  }
}
