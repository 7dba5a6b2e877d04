// Counts the sockets that exist, in all and from each network address. A socket that the room
// closed counts until its client has closed it too: until then it holds memory as an open one does.

export class SocketCounts {
  /** Each socket with the digest of its address, or '' where the Worker gave none. */
  readonly #sockets = new Map<WebSocket, string>()
  readonly #byAddress = new Map<string, number>()

  get total(): number {
    return this.#sockets.size
  }

  ofAddress(address: string): number {
    return this.#byAddress.get(address) ?? 0
  }

  add(socket: WebSocket, address = ''): void {
    this.#sockets.set(socket, address)
    this.#byAddress.set(address, this.ofAddress(address) + 1)
  }

  remove(socket: WebSocket): void {
    const address = this.#sockets.get(socket)
    if (address === undefined) return
    this.#sockets.delete(socket)
    const left = this.ofAddress(address) - 1
    if (left > 0) this.#byAddress.set(address, left)
    else this.#byAddress.delete(address)
  }

  /** Removes sockets that no longer exist. The platform does not report every end of a socket. */
  keepOnly(listed: ReadonlySet<WebSocket>): void {
    for (const socket of [...this.#sockets.keys()]) if (!listed.has(socket)) this.remove(socket)
  }
}
