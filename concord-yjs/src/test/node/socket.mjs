/** A WebSocket without a network: what is sent goes to a function, and whoever has the socket says what arrives. */
export function socketClass (onOpen, onSend, onClose) {
  return class Socket {
    constructor (url) {
      this.url = String(url)
      this.readyState = 0
      this.OPEN = 1
      this.listeners = {}
      queueMicrotask(() => {
        this.readyState = 1
        onOpen(this)
        this.dispatch('open', {})
      })
    }

    addEventListener (name, listener) { (this.listeners[name] ??= new Set()).add(listener) }
    removeEventListener (name, listener) { this.listeners[name]?.delete(listener) }

    dispatch (name, event) {
      this['on' + name]?.(event)
      for (const listener of [...this.listeners[name] ?? []]) listener(event)
    }

    send (bytes) { if (this.readyState === 1) onSend(this, new Uint8Array(bytes)) }
    receive (bytes) { this.dispatch('message', { data: new Uint8Array(bytes).buffer }) }

    close (code = 1000, reason = '') {
      if (this.readyState === 3) return
      this.readyState = 3
      onClose(this)
      this.dispatch('close', { code, reason })
    }
  }
}
