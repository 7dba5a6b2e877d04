// Accounts that the room told to wait with their next connection. Until they have waited, this isolate
// refuses them itself, so that asking again does not wake the room.

/** Half of what 4429 asks for, because the room may take them again before the minute is over. */
const waitMs = 30_000
/** More than these are forgotten together: the room then refuses them again. */
const accountsMax = 10_000

export class WaitingAccounts {
  readonly #toldAt = new Map<string, number>()

  add(userId: string, now: number): void {
    if (this.#toldAt.size >= accountsMax) this.#toldAt.clear()
    this.#toldAt.set(userId, now)
  }

  has(userId: string, now: number): boolean {
    const toldAt = this.#toldAt.get(userId)
    if (toldAt === undefined) return false
    // A time from the future was set by a clock that went back since.
    if (toldAt <= now && now - toldAt < waitMs) return true
    this.#toldAt.delete(userId)
    return false
  }
}
