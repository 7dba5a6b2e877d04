// Reads all of moderation: from the room, as the operator is told it, and from Postgres.

import type { ArchivedModeration, AuditEntry, Report, ToldModeration } from '../kit/moderation.ts'
import type { Restricted, Room } from '../kit/protocol.ts'
import { openDatabase, readVariables } from './database.ts'
import { call } from './rest.ts'

/** The tables of moderation as one JSON object. */
export const moderationQuery = `
  select json_build_object(
    'room', (select state from room_state),
    'restrictions', (select coalesce(json_agg(r order by user_id), '[]') from (
      select user_id, mute, ban from restrictions) r),
    'words', coalesce((select terms from word_list), '[]'),
    'purges', (select coalesce(json_agg(p order by revision), '[]') from (
      select revision, user_id, from_id, to_id, is_done from purges) p),
    'reports', (select coalesce(json_agg(r order by id), '[]') from (
      select id, message_id, author_id, reporter_id, reason, status, reported_text, closed_by, revision
      from reports) r),
    'audit', (select coalesce(json_agg(a order by id), '[]') from (
      select id, action, by_id, target_id, message_id, reason, until, details from audit) a)
  )::text as moderation`

export async function readArchivedModeration(dataDir: string): Promise<ArchivedModeration> {
  const [[json] = []] = await openDatabase(dataDir)(moderationQuery)
  return JSON.parse(json ?? '')
}

export type OperatorAccess = { port: number; token: string }

export function operatorOf({ port, dataDir }: { port: number; dataDir: string }): OperatorAccess {
  return { port, token: readVariables(dataDir).ADMIN_TOKEN ?? '' }
}

/** A call below /admin that must succeed. */
export async function callAsOperator(
  { port, token }: OperatorAccess,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const answer = await call(port, method, `/admin${path}`, { token, body })
  if (answer.status < 300) return answer.body
  throw new Error(`${method} /admin${path} answers ${answer.status}`)
}

/** @param auditFrom entries with lower ids are left out */
export async function readToldModeration(
  operator: OperatorAccess,
  auditFrom = '',
): Promise<ToldModeration> {
  const { status, body: room } = await call(operator.port, 'GET', '/room')
  if (status !== 200) throw new Error(`GET /room answers ${status}`)
  const { terms } = (await callAsOperator(operator, 'GET', '/room/words')) as { terms: string[] }
  const reports: Report[] = []
  for (const status of ['open', 'resolved', 'dismissed'])
    reports.push(...(await readAll<Report>(operator, `/reports?status=${status}`, 'reports')))
  const restricted = await readAll<Restricted>(operator, '/users/restricted', 'users')
  const audit = await readAll<AuditEntry>(operator, '/audit', 'entries', (entries) =>
    entries.some(({ id }) => id < auditFrom),
  )
  return {
    ...{ room: room as Room, words: terms, reports, restricted },
    audit: audit.filter(({ id }) => id >= auditFrom),
  }
}

/** All pages, or those up to the first that is enough. */
async function readAll<T>(
  operator: OperatorAccess,
  path: string,
  field: string,
  isEnough: (entries: T[]) => boolean = () => false,
): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${cursor}`
    const page = (await callAsOperator(operator, 'GET', `${path}${query}`)) as Record<
      string,
      T[]
    > & {
      next_cursor: string | null
    }
    all.push(...(page[field] ?? []))
    cursor = page.next_cursor
  } while (cursor !== null && !isEnough(all))
  return all
}
