// Decides whether the holder of a valid token may come in: not if the session has ended, the account is
// inactive, or a moderator has banned the person.

import type { Refusal } from '../../contract/problems.ts'
import type { Clock } from '../clock/clock.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { Holder, Revocations } from './revocations.ts'

type Uses = {
  clock: Clock
  revocations: Pick<Revocations, 'refusal' | 'refusals'>
  restrictions: Pick<RestrictionTable, 'banRefusal' | 'banRefusals'>
}

export class Access {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Why the holder is refused; null: the holder is not refused. */
  refusal(holder: Holder): Refusal | null {
    const { clock, revocations, restrictions } = this.#uses
    return revocations.refusal(holder) ?? restrictions.banRefusal(holder.member.id, clock.wall())
  }

  /** The same of many, in their order, with two statements. */
  refusals(holders: readonly Holder[]): (Refusal | null)[] {
    const { clock, revocations, restrictions } = this.#uses
    const ids = holders.map(({ member }) => member.id)
    const bans = restrictions.banRefusals(ids, clock.wall())
    return revocations.refusals(holders).map((refusal, at) => refusal ?? bans[at] ?? null)
  }
}
