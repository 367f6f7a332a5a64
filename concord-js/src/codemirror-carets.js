import { EditorSelection, StateEffect } from '@codemirror/state';
import { EditorView, RectangleMarker, layer } from '@codemirror/view';
import { anchorageOf, inkOn, placeOf } from './peers.js';

const NAME_MS = 2_400;
// Room that a name needs above a caret, and to the right of it.
const NAME_HEIGHT = 18;
const NAME_WIDTH = 120;

/** Somebody has come, gone or moved. */
export const peersChanged = StateEffect.define();

/** Shows the name at the caret of the client that it carries. */
export const showName = StateEffect.define();

/**
 * The carets and selections of the others as layers beside the text: nothing is put into the text itself, which an input method would
 * not bear. `shown(offset)` tells where an offset of the session's text stands in the editor.
 */
export function peerLayers(session, shown) {
  const moves = new Moves();
  const places = () =>
    session.peers.flatMap((peer) => {
      const place = placeOf(session, peer);
      return place === null ? [] : [{ peer, caret: shown(place.caret), anchor: shown(place.anchor) }];
    });
  const update = (viewUpdate) => {
    const effects = viewUpdate.transactions.flatMap((transaction) => transaction.effects);
    effects.filter((effect) => effect.is(showName)).forEach((effect) => moves.renew(effect.value));
    return viewUpdate.docChanged || effects.some((effect) => effect.is(peersChanged) || effect.is(showName));
  };
  return [
    layer({
      above: true,
      class: 'cm-concord-carets',
      update,
      markers: (view) => places().flatMap(({ peer, caret }) => PeerCaret.at(view, caret, peer, moves.lastOf(peer))),
    }),
    layer({
      above: false,
      class: 'cm-concord-selections',
      update,
      markers: (view) => places().flatMap(({ peer, caret, anchor }) => selectionOf(view, peer, caret, anchor)),
    }),
    theme,
  ];
}

/** When each of the others has last moved their caret themselves. */
class Moves {
  #last = new Map();

  lastOf(peer) {
    const anchorage = anchorageOf(peer);
    const last = this.#last.get(peer.client);
    if (last?.anchorage === anchorage) {
      return last.at;
    }
    const at = performance.now();
    this.#last.set(peer.client, { anchorage, at });
    return at;
  }

  renew(client) {
    const last = this.#last.get(client);
    if (last !== undefined) {
      last.at = performance.now();
    }
  }
}

class PeerCaret {
  static at(view, offset, peer, movedAt) {
    return RectangleMarker.forRange(view, 'cm-concord-caret', EditorSelection.cursor(offset)).map((place) => {
      const { scrollLeft, scrollTop, clientWidth } = view.scrollDOM;
      const low = place.top - scrollTop < NAME_HEIGHT;
      const left = place.left - scrollLeft > clientWidth - NAME_WIDTH;
      return new PeerCaret(place, peer, movedAt, `${low ? ' cm-concord-low' : ''}${left ? ' cm-concord-left' : ''}`);
    });
  }

  constructor(place, { client, user, color }, movedAt, side) {
    Object.assign(this, { place, client, user, color, movedAt, side });
  }

  eq(other) {
    return (
      other instanceof PeerCaret &&
      this.place.eq(other.place) &&
      ['client', 'user', 'color', 'movedAt', 'side'].every((name) => this[name] === other[name])
    );
  }

  draw() {
    const caret = this.place.draw();
    const name = document.createElement('div');
    caret.append(name);
    this.#dress(caret);
    this.#showName(name);
    return caret;
  }

  update(caret, previous) {
    if (!(previous instanceof PeerCaret) || previous.client !== this.client) {
      return false;
    }
    this.place.update(caret, previous.place);
    this.#dress(caret);
    if (previous.movedAt !== this.movedAt) {
      this.#showName(caret.firstChild);
    }
    return true;
  }

  #dress(caret) {
    const name = caret.firstChild;
    caret.style.setProperty('--who', this.color);
    caret.style.setProperty('--who-ink', inkOn(this.color));
    name.className = `cm-concord-name${this.side}`;
    name.textContent = this.user;
  }

  #showName(name) {
    name.getAnimations().forEach((animation) => animation.cancel());
    // Who wants less motion sees the name until it goes, and no fading.
    const last = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1 : 0;
    const shown = name.animate([{ opacity: 1 }, { opacity: 1, offset: 0.75 }, { opacity: last }], { duration: NAME_MS });
    shown.currentTime = Math.min(NAME_MS, performance.now() - this.movedAt);
  }
}

function selectionOf(view, peer, caret, anchor) {
  if (caret === anchor) {
    return [];
  }
  return RectangleMarker.forRange(view, 'cm-concord-selection', EditorSelection.range(anchor, caret)).map((place) =>
    new PeerSelection(place, peer.color),
  );
}

class PeerSelection {
  constructor(place, color) {
    this.place = place;
    this.color = color;
  }

  eq(other) {
    return other instanceof PeerSelection && this.color === other.color && this.place.eq(other.place);
  }

  draw() {
    const rectangle = this.place.draw();
    rectangle.style.setProperty('--who', this.color);
    return rectangle;
  }

  update(rectangle, previous) {
    rectangle.style.setProperty('--who', this.color);
    return previous instanceof PeerSelection && this.place.update(rectangle, previous.place);
  }
}

const theme = EditorView.baseTheme({
  '.cm-concord-caret': {
    position: 'absolute',
    marginLeft: '-1px',
    borderLeft: '2px solid var(--who)',
    pointerEvents: 'none',
  },
  '.cm-concord-caret::before': {
    content: '""',
    position: 'absolute',
    top: '-2px',
    left: '-4px',
    width: '6px',
    height: '6px',
    borderRadius: '2px',
    backgroundColor: 'var(--who)',
  },
  '.cm-concord-name': {
    position: 'absolute',
    bottom: '100%',
    left: '-2px',
    maxWidth: '12rem',
    padding: '1px 6px',
    overflow: 'hidden',
    borderRadius: '4px 4px 4px 0',
    backgroundColor: 'var(--who)',
    color: 'var(--who-ink)',
    font: '600 11px/1.3 system-ui, sans-serif',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    opacity: '0',
  },
  '.cm-concord-low': { top: '100%', bottom: 'auto', borderRadius: '0 4px 4px 4px' },
  '.cm-concord-left': { right: '0', left: 'auto', borderRadius: '4px 4px 0 4px' },
  '.cm-concord-selection': {
    position: 'absolute',
    backgroundColor: 'color-mix(in srgb, var(--who) 24%, transparent)',
  },
});
