// Commands that mute or ban a person, or end that. They are no events: the person and the moderators are
// told, and nobody else.

import type { Member } from '../../contract/entities.ts'
import type { Restrictions } from '../../contract/moderation.ts'
import type { StoredRestriction } from '../../domain/moderation.ts'
import type { Notice } from '../broadcast/notices.ts'
import type { Clock } from '../clock/clock.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { Revisions } from '../log/revisions.ts'
import { accepted, type Command, refused } from '../sequencer/command.ts'
import { audit } from './audit.ts'
import type { Moderator } from './moderator.ts'

export type RestrictionState = {
  clock: Clock
  restrictions: RestrictionTable
  revisions: Revisions
  auditLog: AuditLog
}

export type RestrictionKind = 'mute' | 'ban'

/** What the person and the moderators are told of a person's restrictions. */
export function restrictionNotices(
  { clock, restrictions }: Pick<RestrictionState, 'clock' | 'restrictions'>,
  { id, username }: Member,
): Notice[] {
  const data = { user_id: id, username, ...restrictions.ofPerson(id, clock.wall()) }
  const frame = { event: 'restricted', data } as const
  return [
    { to: { userId: id }, frame },
    { to: { staffExcept: id }, frame },
  ]
}

type Request = { kind: RestrictionKind; target: Member }

function write(
  { restrictions, revisions }: RestrictionState,
  { kind, target }: Request,
  restriction: StoredRestriction | null,
): void {
  const { mute = null, ban = null } = restrictions.find(target.id) ?? {}
  restrictions.write({
    ...{ user_id: target.id, username: target.username, mute, ban },
    [kind]: restriction,
    revision: revisions.next(),
  })
}

const isSame = (a: StoredRestriction | null | undefined, b: StoredRestriction) =>
  a?.until === b.until && a.reason === b.reason

export function restrict(
  state: RestrictionState,
  by: Moderator,
  { kind, target, restriction }: Request & { restriction: StoredRestriction },
): Command<Restrictions> {
  return () => {
    const { clock, restrictions } = state
    const { until, reason } = restriction
    if (until !== null && until <= clock.wall())
      return refused({ code: 'invalid', errors: { until: 'Must be in the future.' } })
    const now = () => restrictions.ofPerson(target.id, clock.wall())
    // The same again is no news.
    if (isSame(restrictions.find(target.id)?.[kind], restriction)) return accepted(now())
    write(state, { kind, target }, restriction)
    const entry = audit(state, by, { action: kind, target, reason, until })
    return { ...accepted(now()), notices: [...restrictionNotices(state, target), entry] }
  }
}

const endings = { mute: 'unmute', ban: 'unban' } as const

export function endRestriction(
  state: RestrictionState,
  by: Moderator,
  { kind, target }: Request,
): Command<null> {
  return () => {
    const { clock, restrictions } = state
    if (restrictions.ofPerson(target.id, clock.wall())[kind] === null) return accepted(null)
    write(state, { kind, target }, null)
    const entry = audit(state, by, { action: endings[kind], target })
    return { ...accepted(null), notices: [...restrictionNotices(state, target), entry] }
  }
}
