// Counts the sockets that exist from each network address.

export class AddressCounts {
  /** By the digest of the address, or '' where the Worker gave none. */
  readonly #counts = new Map<string, number>()

  of(address: string): number {
    return this.#counts.get(address) ?? 0
  }

  add(address = ''): void {
    this.#counts.set(address, this.of(address) + 1)
  }

  remove(address = ''): void {
    const left = this.of(address) - 1
    if (left > 0) this.#counts.set(address, left)
    else this.#counts.delete(address)
  }
}
