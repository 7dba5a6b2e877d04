// How many sockets exist, in all and from each network address. A socket that the room closed counts
// until its client has gone: until then it holds memory as an open one does.

export class SocketCounts {
  /** Each socket, with the digest of its address; '' where the Worker gave none. */
  readonly #sockets = new Map<WebSocket, string>()
  readonly #ofAddress = new Map<string, number>()

  get all(): number {
    return this.#sockets.size
  }

  ofAddress(address: string): number {
    return this.#ofAddress.get(address) ?? 0
  }

  add(socket: WebSocket, address = ''): void {
    this.#sockets.set(socket, address)
    this.#ofAddress.set(address, this.ofAddress(address) + 1)
  }

  remove(socket: WebSocket): void {
    const address = this.#sockets.get(socket)
    if (address === undefined) return
    this.#sockets.delete(socket)
    const left = this.ofAddress(address) - 1
    if (left > 0) this.#ofAddress.set(address, left)
    else this.#ofAddress.delete(address)
  }

  /** The end of a socket is not always reported. */
  keepOnly(listed: ReadonlySet<WebSocket>): void {
    for (const socket of [...this.#sockets.keys()]) if (!listed.has(socket)) this.remove(socket)
  }
}
