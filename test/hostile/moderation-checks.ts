// The checks of moderation after the attack: the audit log against everything that was done, what owners
// and members were told, and what is in Postgres against what the room tells.

import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Query } from '../harness/database.ts'
import {
  operatorOf,
  readArchivedModeration,
  readToldModeration,
} from '../harness/read-moderation.ts'
import {
  compareModeration,
  comparePurges,
  compareRooms,
  findPurgedReports,
} from '../kit/compare-moderation.ts'
import { compareRestrictions, heldBy, inForce } from '../kit/compare-restrictions.ts'
import type { ArchivedModeration, AuditEntry } from '../kit/moderation.ts'
import { replayAudit } from '../kit/replay-audit.ts'
import type { Span } from '../kit/restriction-times.ts'
import { quoted } from './database-snapshot.ts'
import type { Harness } from './harness.ts'
import { markers } from './leak-detector.ts'

const purgedWithinMs = 60_000

export async function checkModeration(harness: Harness): Promise<void> {
  const { service, runner, query, before, wellBehaved, checker } = harness
  const { findings, metrics, target } = runner.parts
  const report = (rule: string, facts: string[]) => {
    for (const fact of facts) findings.report(rule, 'moderation', fact)
  }
  report('a purge is not finished', await findUnpurged(query))
  const from = Date.now()
  const told = await readToldModeration(operatorOf(service))
  const archived = await readArchivedModeration(service.dataDir)
  const span = { from, to: Date.now() }
  const erased = target.erased.map(({ id }) => id)
  metrics.count('entries of the audit log', told.audit.length)
  metrics.count('reports', told.reports.length)
  metrics.count('mutes, bans and purges', runner.ledger.size)
  const purges = checker.purges.all
  metrics.count('purges', purges.length)
  report('Postgres differs from the room', [
    ...compareModeration(told, archived, { span }),
    ...comparePurges(purges, archived.purges),
    ...findPurgedReports(archived.reports, purges),
  ])
  report('the audit log is wrong', [
    ...runner.ledger.compare(told.audit, target.cast.appointed),
    ...compareReplayed(archived, { span, erased }),
  ])
  report('the audit log has a text', findTexts(told.audit))
  for (const { name, view } of wellBehaved)
    report('a view of the room is wrong', compareRooms(name, told.room, view.room))
  const isNew = ({ id }: { id: string }) => !before.auditIds.has(id)
  const toOwner = wellBehaved[0]?.toldIds
  report('an owner is not told', [
    ...findMissing(told.audit.filter(isNew), toOwner?.audit_added),
    ...findMissing(told.reports, toOwner?.report_filed),
  ])
  if (erased.length > 0) report('an erased account is not erased', await findErased(query, erased))
}

/** The ids of all entries of the audit log. */
export async function readAuditIds(service: Harness['service']): Promise<Set<string>> {
  const { audit } = await readToldModeration(operatorOf(service))
  return new Set(audit.map(({ id }) => id))
}

/**
 * The audit log has everything that made the present state, and nothing else.
 * @param erased people who lost their roles and restrictions with their accounts
 */
export function compareReplayed(
  { audit, restrictions, room, words }: ArchivedModeration,
  { span, erased = [] }: { span: Span; erased?: readonly string[] },
): string[] {
  const lasting = audit.filter(({ target_id }) => !erased.includes(target_id ?? ''))
  const { settings, roles, terms, pinned, ...replayed } = replayAudit(lasting)
  const { staff, slow_mode_ms, posting, links, announcement, pins } = room ?? initialRoom
  const { reactions = initialRules.reactions } = room ?? initialRoom
  const rules = { slow_mode_ms, posting, links, reactions }
  return [
    ...different('rules', { ...initialRules, ...settings }, rules),
    ...different('roles', [...roles].sort(), staff.map((one) => [one.user_id, one.role]).sort()),
    ...different('announcement', replayed.hasAnnouncement, announcement !== null),
    ...different('number of words', terms, words.length),
    ...pins
      .filter(({ id }) => !pinned.includes(id))
      .map(({ id }) => `${id} is pinned, and the audit log does not have it`),
    ...compareRestrictions(
      'the audit log',
      inForce(replayed.restrictions, span),
      inForce(heldBy(restrictions), span),
    ),
  ]
}

const initialRules = {
  ...{ slow_mode_ms: 0, posting: 'everyone', links: 'everyone' },
  reactions: ['👍', '❤️', '😂', '🎉', '😮', '😢'],
}
const initialRoom = { ...initialRules, staff: [], announcement: null, pins: [] }

function different(what: string, replayed: unknown, present: unknown): string[] {
  return isDeepStrictEqual(replayed, present)
    ? []
    : [`${what}: ${JSON.stringify(present)}, by the audit log ${JSON.stringify(replayed)}`]
}

/** The audit log has reasons, and never the text of a message, an announcement or a term. */
export function findTexts(entries: readonly Pick<AuditEntry, 'reason' | 'details'>[]): string[] {
  const texts = [markers.text, markers.attack, markers.term]
  return entries
    .map(({ reason, ...rest }) => JSON.stringify(rest))
    .filter((json) => texts.some((text) => json.includes(text)))
}

function findMissing(
  expected: readonly { id: string }[],
  told: ReadonlySet<string> | undefined,
): string[] {
  return expected
    .filter(({ id }) => !told?.has(id))
    .map((one) => `nothing was said of ${JSON.stringify(one)}`)
}

/** Postgres finishes purges in the background. */
async function findUnpurged(query: Query): Promise<string[]> {
  const deadline = Date.now() + purgedWithinMs
  for (;;) {
    const [[undone] = []] = await query('select count(*)::text from purges where not is_done')
    if (undone === '0') break
    if (Date.now() > deadline) return [`${undone} purges are not done`]
    await delay(500)
  }
  const left = await query(
    `select messages.id::text from messages join purges on messages.user_id = purges.user_id
      and messages.id between purges.from_id and purges.to_id
      where not messages.is_deleted or messages.content <> ''`,
  )
  return left.map(([id]) => `${id} is in the range of a purge, and is not deleted`)
}

async function findErased(query: Query, ids: readonly string[]): Promise<string[]> {
  const restricted = await query(
    `select user_id::text from restrictions where user_id in (${quoted(ids)})`,
  )
  const reasons = await query(
    `select reporter_id::text from reports where reporter_id in (${quoted(ids)}) and reason is not null`,
  )
  const texts = await query(
    `select author_id::text from reports where author_id in (${quoted(ids)}) and reported_text is not null`,
  )
  return [
    ...restricted.map(([id]) => `${id} has a restriction`),
    ...reasons.map(([id]) => `${id} has the reason of a report`),
    ...texts.map(([id]) => `${id} has the text of a report`),
  ]
}
