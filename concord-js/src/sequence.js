const FANOUT = 32;

/**
 * An inner node of the tree. It carries the same two numbers as an item: `width`, the UTF-16 units that are visible
 * under it, and `depth`, the least depth under it.
 */
class Node {
  constructor(children) {
    this.parent = null;
    this.children = children;
    this.width = 0;
    this.depth = Infinity;
    for (const child of children) {
      child.parent = this;
    }
    this.sum();
  }

  sum() {
    let width = 0;
    let depth = Infinity;
    for (const child of this.children) {
      width += child.width;
      if (child.depth < depth) {
        depth = child.depth;
      }
    }
    this.width = width;
    this.depth = depth;
  }
}

/**
 * The items of a document in order, in a B-tree. An item has `parent`, `width` and `depth`; the tree owns `parent`.
 * Every method but iteration and `rebuild` is logarithmic.
 */
export class Sequence {
  #root;

  constructor(items) {
    this.rebuild(items);
  }

  get width() {
    return this.#root.width;
  }

  rebuild(items) {
    let level = items;
    do {
      const nodes = [];
      for (let i = 0; i < level.length; i += FANOUT) {
        nodes.push(new Node(level.slice(i, i + FANOUT)));
      }
      level = nodes;
    } while (level.length > 1);
    this.#root = level[0];
  }

  insertAfter(item, added) {
    this.#insert(item.parent, item.parent.children.indexOf(item) + 1, added);
  }

  insertBefore(item, added) {
    this.#insert(item.parent, item.parent.children.indexOf(item), added);
  }

  /** Puts the item in front of `next`, or at the very end when there is none. */
  insertBeforeOrLast(next, added) {
    if (next !== null) {
      this.insertBefore(next, added);
      return;
    }
    let node = this.#root;
    while (node.children[0].children !== undefined) {
      node = node.children[node.children.length - 1];
    }
    this.#insert(node, node.children.length, added);
  }

  remove(item) {
    let node = item.parent;
    node.children.splice(node.children.indexOf(item), 1);
    while (node.children.length === 0) {
      const parent = node.parent;
      parent.children.splice(parent.children.indexOf(node), 1);
      node = parent;
    }
    for (; node !== null; node = node.parent) {
      node.sum();
    }
  }

  /** Changes the width of an item. */
  resize(item, width) {
    const change = width - item.width;
    for (let entry = item; entry !== null; entry = entry.parent) {
      entry.width += change;
    }
  }

  /** The next item whose depth is at most `depth`, or null. */
  next(item, depth = Infinity) {
    for (let entry = item; entry.parent !== null; entry = entry.parent) {
      const siblings = entry.parent.children;
      for (let i = siblings.indexOf(entry) + 1; i < siblings.length; i++) {
        if (siblings[i].depth <= depth) {
          return firstWithin(siblings[i], depth);
        }
      }
    }
    return null;
  }

  /** The item before this one, the nearest whose depth is at most `depth`, or null. */
  previous(item, depth = Infinity) {
    for (let entry = item; entry.parent !== null; entry = entry.parent) {
      const siblings = entry.parent.children;
      for (let i = siblings.indexOf(entry) - 1; i >= 0; i--) {
        if (siblings[i].depth <= depth) {
          return lastWithin(siblings[i], depth);
        }
      }
    }
    return null;
  }

  /** How many visible UTF-16 units stand before the item. */
  offsetOf(item) {
    let offset = 0;
    for (let entry = item; entry.parent !== null; entry = entry.parent) {
      for (const sibling of entry.parent.children) {
        if (sibling === entry) {
          break;
        }
        offset += sibling.width;
      }
    }
    return offset;
  }

  /** The item that holds the visible unit at the offset, and the offset within it. The offset is less than the width. */
  find(offset) {
    let within = offset;
    let entry = this.#root;
    while (entry.children !== undefined) {
      for (const child of entry.children) {
        if (within < child.width) {
          entry = child;
          break;
        }
        within -= child.width;
      }
    }
    return { item: entry, within };
  }

  *[Symbol.iterator]() {
    let node = this.#root;
    while (node.children[0].children !== undefined) {
      node = node.children[0];
    }
    for (; node !== null; node = nextLeaf(node)) {
      yield* node.children;
    }
  }

  #insert(node, index, item) {
    node.children.splice(index, 0, item);
    item.parent = node;
    for (let up = node; up !== null; up = up.parent) {
      up.width += item.width;
      if (item.depth < up.depth) {
        up.depth = item.depth;
      }
    }
    for (let full = node; full !== null && full.children.length > FANOUT; full = full.parent) {
      const right = new Node(full.children.splice(FANOUT / 2));
      full.sum();
      if (full.parent === null) {
        this.#root = new Node([full, right]);
        return;
      }
      right.parent = full.parent;
      full.parent.children.splice(full.parent.children.indexOf(full) + 1, 0, right);
    }
  }
}

function firstWithin(entry, depth) {
  while (entry.children !== undefined) {
    entry = entry.children.find((child) => child.depth <= depth);
  }
  return entry;
}

function lastWithin(entry, depth) {
  while (entry.children !== undefined) {
    let i = entry.children.length - 1;
    while (entry.children[i].depth > depth) {
      i--;
    }
    entry = entry.children[i];
  }
  return entry;
}

function nextLeaf(leaf) {
  let entry = leaf;
  while (entry.parent !== null) {
    const siblings = entry.parent.children;
    const index = siblings.indexOf(entry) + 1;
    if (index < siblings.length) {
      entry = siblings[index];
      while (entry.children[0].children !== undefined) {
        entry = entry.children[0];
      }
      return entry;
    }
    entry = entry.parent;
  }
  return null;
}
