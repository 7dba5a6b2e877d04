// Pages that only moderators read: reports and the audit log. The room comes first, and Postgres has
// what the room has no more.

import type { Context } from 'hono'
import { moderationLimits } from '../../contract/moderation.ts'
import type { ReportStatus } from '../../contract/moderation-records.ts'
import type { AuditPage, ReportPage } from '../../contract/routes/moderation-records.ts'
import { overlaid } from '../../domain/history.ts'
import type { StoredMessage } from '../../domain/message.ts'
import { auditEntryToWire, type NamedAuditEntry, reportToWire } from '../../domain/moderation.ts'
import type { ReportWithMessage } from '../../domain/moderation-calls.ts'
import { readAudit } from '../../postgres/audit.ts'
import { findMessages } from '../../postgres/messages.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { readRoom } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'
import { type CallerOf, moderate } from './moderate.ts'

const limit = moderationLimits.pageMax

/** @param rows one more than fits, if there is a next page */
function cut<R extends { id: string }>(rows: R[]): { page: R[]; next_cursor: string | null } {
  const page = rows.slice(0, limit)
  return { page, next_cursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}

/** The messages as they are now, also those that only the archive has. */
async function archivedMessages(
  services: Services,
  reports: ReportWithMessage[],
): Promise<Map<string, StoredMessage>> {
  const ids = reports.flatMap(({ report, message }) => (message ? [] : report.message_id))
  if (ids.length === 0) return new Map()
  const messages = await queryPostgres(findMessages(services.postgres, ids))
  const shown = messages.map(({ id, user_id, revision }) => ({ id, user_id, revision }))
  const overlay = await readRoom(services, (room) => room.overlay(shown))
  const now = overlaid({ messages, nextCursor: null }, overlay).messages
  return new Map(now.map((message) => [message.id, message]))
}

/** The reports as moderators see them, each with its message as it is now. */
export async function reportsToWire(services: Services, reports: ReportWithMessage[]) {
  const archived = await archivedMessages(services, reports)
  return reports.map(({ report, message }) =>
    reportToWire(report, message ?? archived.get(report.message_id)),
  )
}

export async function readReports(
  c: Context<AppEnv>,
  callerOf: CallerOf,
  { status, cursor = null }: { status: ReportStatus; cursor?: string | null | undefined },
): Promise<ReportPage> {
  const call = { kind: 'list_reports', status, cursor, limit: limit + 1 } as const
  const found = await moderate(c, callerOf, call)
  const { page, next_cursor } = cut(found.map((entry) => ({ ...entry, id: entry.report.id })))
  return { reports: await reportsToWire(c.env, page), next_cursor }
}

/** Newest first. The room has the newest, which Postgres may lack. */
function merged(ofRoom: NamedAuditEntry[], archived: NamedAuditEntry[]): NamedAuditEntry[] {
  const byId = new Map([...archived, ...ofRoom].map((entry) => [entry.id, entry]))
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1))
}

export async function readAuditPage(
  c: Context<AppEnv>,
  callerOf: CallerOf,
  { cursor = null }: { cursor?: string | null | undefined },
): Promise<AuditPage> {
  const bounds = { cursor, limit: limit + 1 }
  const ofRoom = await moderate(c, callerOf, { kind: 'list_audit', ...bounds })
  const archived =
    ofRoom.length > limit
      ? []
      : await queryPostgres(
          readAudit(c.env.postgres, { below: cursor, limit: bounds.limit }),
        ).catch((error) => {
          // What the room has is worth more than nothing.
          if (ofRoom.length === 0) throw error
          return []
        })
  const { page, next_cursor } = cut(merged(ofRoom, archived))
  return { entries: page.map(auditEntryToWire), next_cursor }
}
