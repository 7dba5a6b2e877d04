// Accounts that the room refused with 4429. During their cooldown this isolate refuses them itself,
// so that repeated attempts do not wake the room.

/** Half of the minute that 4429 asks for, because the room may admit them earlier. */
const cooldownMs = 30_000
/** When there are more, all are removed and the room refuses them again. */
const maxAccounts = 10_000

export class ConnectCooldowns {
  readonly #startedAt = new Map<string, number>()

  start(userId: string, now: number): void {
    if (this.#startedAt.size >= maxAccounts) this.#startedAt.clear()
    this.#startedAt.set(userId, now)
  }

  isActive(userId: string, now: number): boolean {
    const startedAt = this.#startedAt.get(userId)
    if (startedAt === undefined) return false
    // A time in the future means that the clock was set back since.
    if (startedAt <= now && now - startedAt < cooldownMs) return true
    this.#startedAt.delete(userId)
    return false
  }
}
