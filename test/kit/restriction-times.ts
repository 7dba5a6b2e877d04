// When people were muted or banned, as the moderator who asked for it can know: for sure from the answer
// until the next call about it, and possibly from the beginning of the call. Calls of one kind about one
// person come one after the other.

export type RestrictionKind = 'mute' | 'ban'

/** In milliseconds; `until` is infinite for one that holds for good. */
export type Wanted = { until: number; reason: string | null }

/** Both ends included, in milliseconds. */
export type Span = { from: number; to: number }

type Call = { wanted: Wanted | null; begunAt: number; answeredAt: number }

/** Times of two processes of one machine: one of them may have read its clock a little earlier. */
const clockSlackMs = 1_000

export class RestrictionTimes {
  readonly #calls = new Map<string, Call[]>()

  /**
   * @param wanted null: the restriction is lifted
   * @returns to be called with the time of the answer
   */
  begin(
    kind: RestrictionKind,
    userId: string,
    wanted: Wanted | null,
    begunAt: number,
  ): (answeredAt: number) => void {
    const call: Call = { wanted, begunAt, answeredAt: Number.POSITIVE_INFINITY }
    this.#calls.set(`${kind} ${userId}`, [...this.#of(kind, userId), call])
    return (answeredAt) => {
      call.answeredAt = answeredAt
    }
  }

  /** What the latest answered call asked for; null: nothing, or it is over. */
  latest(kind: RestrictionKind, userId: string, now: number): Wanted | null {
    const call = this.#of(kind, userId).findLast(({ answeredAt }) => answeredAt <= now)
    return call?.wanted && call.wanted.until > now ? call.wanted : null
  }

  /** Whether it was in force at this moment, whatever became of calls without an answer. */
  isCertain(kind: RestrictionKind, userId: string, at: number): boolean {
    const calls = this.#of(kind, userId)
    const last = calls.findLast(({ begunAt }) => begunAt <= at)
    return (
      last?.wanted !== undefined &&
      last.wanted !== null &&
      last.answeredAt < at &&
      last.wanted.until > at
    )
  }

  /** Whether it may have been in force at any moment of the span. */
  isPossible(kind: RestrictionKind, userId: string, { from, to }: Span): boolean {
    const calls = this.#of(kind, userId)
    return calls.some(({ wanted, begunAt }, index) => {
      if (!wanted) return false
      const endedAt = calls[index + 1]?.answeredAt ?? Number.POSITIVE_INFINITY
      return begunAt <= to && Math.min(wanted.until, endedAt) + clockSlackMs >= from
    })
  }

  #of(kind: RestrictionKind, userId: string): Call[] {
    return this.#calls.get(`${kind} ${userId}`) ?? []
  }
}
