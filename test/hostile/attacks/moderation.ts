// The calls of moderation by strangers, members, moderators, owners and the operator, on people of every
// rank. What a caller may never do must be refused, whatever the body is.

import fc from 'fast-check'
import type { Account } from '../accounts.ts'
import type { Moderation } from '../audit-ledger.ts'
import { malformedBytes } from '../generated-values.ts'
import * as hostileStrings from '../hostile-strings.ts'
import { type Header, jsonHeader, tokenHeader } from '../http-call.ts'
import { markers } from '../leak-detector.ts'
import type { Operation } from '../published-contract.ts'
import {
  type Attack,
  anyone,
  attackOn,
  encoded,
  fillPath,
  type Target,
  unknownId,
} from './attack.ts'
import { type Body, bodyOf, entityTags } from './moderation-bodies.ts'

export type Rank = 'stranger' | 'member' | 'moderator' | 'owner' | 'operator'

/** The calls of moderators, by the ids of their operations without `AsOperator`. */
export const moderationCalls = [
  ...['changeRoom', 'pin', 'unpin', 'readWords', 'writeWords', 'setRole', 'mute', 'unmute'],
  ...['ban', 'unban', 'purge', 'listRestricted', 'listReports', 'closeReport', 'listAudit'],
]
/** Calls on people of a lower rank. */
const personal = new Set(['mute', 'unmute', 'ban', 'unban', 'purge'])

/** Whom or what a call is about; `nobody`: no person who exists. */
export type Aim = { id: string; rank: 'member' | 'moderator' | 'owner' | 'nobody' }

export const baseOf = ({ id }: Pick<Operation, 'id'>) => id.replace(/AsOperator$/, '')

/** Strangers and members, who may moderate nothing, but may report. */
export function moderationByMembers(target: Target): fc.Arbitrary<Attack> {
  return fc
    .constantFrom<Rank>('stranger', 'member', 'member', 'member')
    .chain((rank) => moderationBy(rank, target))
}

/** Everyone with a role. What they do, well-behaved members notice. */
export function moderationByStaff(target: Target): fc.Arbitrary<Attack> {
  return fc
    .constantFrom<Rank>('moderator', 'moderator', 'owner', 'operator')
    .chain((rank) => moderationBy(rank, target))
}

function moderationBy(rank: Rank, target: Target): fc.Arbitrary<Attack> {
  const names = new Set(rank === 'operator' ? moderationCalls : [...moderationCalls, 'report'])
  const operations = target.contract.operations.filter(
    (operation) =>
      names.has(baseOf(operation)) && (operation.token === 'operator') === (rank === 'operator'),
  )
  return fc
    .record({ operation: fc.constantFrom(...operations), as: anyone(target), at: fc.nat() })
    .chain(({ operation, as, at }) => {
      const caller = staffAt(rank, at, target)
      return fc
        .record({
          aim: aimOf(operation, rank, target),
          body: fc.oneof({ weight: 9, arbitrary: bodyOf(baseOf(operation)) }, malformedBody),
          query: queryOf(operation),
          tag: fc.option(fc.constantFrom(...entityTags)),
        })
        .map(({ aim, body, query, tag }): Attack => {
          const base = baseOf(operation)
          const token = rank === 'operator' ? target.adminToken : caller?.token
          return attackOn(operation, {
            kind: `moderation: by ${rank}`,
            as: rank === 'member' ? as : null,
            path: fillPath(operation.path, aim.id) + query,
            headers: [
              ...(token === undefined ? [] : [tokenHeader(token)]),
              ...(operation.body ? [jsonHeader] : []),
              ...(base === 'writeWords' && tag !== null ? [['if-match', tag] as Header] : []),
            ],
            body: operation.body ? bytesOf(body) : null,
            statuses: allowedStatuses({ rank, base, aim, body }),
            isStaff: rank !== 'stranger' && rank !== 'member',
            moderation: moderationOf({ base, by: caller?.id ?? null, aim, body }),
          })
        })
    })
}

const malformedBody = malformedBytes.map((value): Body => ({ value, isValid: false }))

const bytesOf = ({ value }: Body) =>
  Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))

/** The moderator or owner who calls; null: no such rank. */
function staffAt(rank: Rank, at: number, { cast }: Target): Account | null {
  const accounts = rank === 'moderator' ? cast.moderators : rank === 'owner' ? cast.owners : []
  return accounts[at % accounts.length] ?? null
}

const spellings: ((id: string) => string)[] = [
  (id) => id,
  (id) => id,
  (id) => id.toUpperCase(),
  (id) => id.replace(/[a-f]/, (letter) => letter.toUpperCase()),
]
const latest = 40

function aimOf(operation: Operation, rank: Rank, target: Target): fc.Arbitrary<Aim> {
  if (!operation.path.includes('{')) return fc.constant({ id: '', rank: 'nobody' })
  const base = baseOf(operation)
  const ids = base === 'closeReport' ? target.reportIds() : target.messageIds()
  const known =
    personal.has(base) || base === 'setRole'
      ? peopleFor(base, rank, target)
      : ids.slice(-latest).map((id): Aim => ({ id, rank: 'nobody' }))
  const nobody: Aim = { id: unknownId, rank: 'nobody' }
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...known, nobody), fc.constantFrom(...spellings))
        .map(([{ id, rank }, spell]): Aim => ({ id: spell(id), rank })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...hostileStrings.texts)
        .map((text): Aim => ({ id: encoded(text).slice(0, 500) || '%20', rank: 'nobody' })),
    },
  )
}

/** Nobody who may act on a well-behaved client is told to. */
function peopleFor(base: string, rank: Rank, { cast, wellBehaved }: Target): Aim[] {
  const [honestOwner, ...honestMembers] = wellBehaved
  const mayDismiss = base === 'setRole' && (rank === 'owner' || rank === 'operator')
  const aims = (accounts: Account[], rank: Aim['rank']) =>
    accounts.map(({ id }): Aim => ({ id, rank }))
  return [
    ...aims(cast.victims, 'member'),
    // They keep their role, so that it is known what they may not do.
    ...(mayDismiss ? [] : aims(cast.moderators, 'moderator')),
    ...(rank === 'operator'
      ? []
      : aims([...cast.owners, ...(honestOwner ? [honestOwner] : [])], 'owner')),
    ...(rank === 'member' || rank === 'stranger' ? aims(honestMembers, 'member') : []),
  ]
}

function queryOf(operation: Operation): fc.Arbitrary<string> {
  const names = operation.parameters.flatMap((one) => (one.in === 'query' ? [one.name] : []))
  if (names.length === 0) return fc.constant('')
  const value = fc.oneof(
    fc.constantFrom('', 'open', 'resolved', 'dismissed', 'true', 'false', unknownId),
    fc.constantFrom(unknownId.toUpperCase(), '019a9d5e', 'null', '~', '00000000', '*', '-1'),
    fc.constantFrom(...hostileStrings.texts),
  )
  const pair = fc
    .tuple(fc.constantFrom(...names, 'cursor[]', '__proto__'), value)
    .map(([name, text]) => `${encoded(name)}=${encoded(text).slice(0, 500)}`)
  return fc
    .array(pair, { maxLength: 3 })
    .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`))
}

type Asked = { rank: Rank; base: string; aim: Aim; body: Body }

/**
 * The statuses of a call that must be refused, whoever has which role by now; undefined: those of the
 * contract.
 */
export function allowedStatuses({ rank, base, aim, body }: Asked): number[] | undefined {
  if (rank === 'stranger') return [401, 413]
  if (base === 'report') return undefined
  const refused = body.isValid && aim.rank !== 'nobody' ? [403] : [400, 403, 404, 413, 422]
  if (rank === 'member') return refused
  if (base === 'setRole') {
    const isAboveCaller = rank === 'moderator' || aim.rank === 'owner' || appointsOwner(body)
    return rank !== 'operator' && isAboveCaller ? [...refused, 404, 429] : undefined
  }
  const isEqualOrHigher =
    aim.rank === 'owner' ? rank !== 'operator' : aim.rank === 'moderator' && rank === 'moderator'
  return personal.has(base) && isEqualOrHigher ? refused : undefined
}

const appointsOwner = ({ value }: Body) => (value as { role?: unknown } | null)?.role === 'owner'

/** What the audit log must have if the call is done. */
function moderationOf({
  base,
  by,
  aim,
  body,
}: Omit<Asked, 'rank'> & { by: string | null }): Moderation | undefined {
  const { reason } = (body.value ?? {}) as { reason?: unknown }
  const isMarked = typeof reason === 'string' && reason.startsWith(markers.reason)
  if (!isMarked || (base !== 'mute' && base !== 'ban' && base !== 'purge')) return undefined
  return { action: base, by, target: aim.id.toLowerCase(), reason }
}
