// Writes rows of moderation to Postgres and reads them back, for tests of its queries.

import { sql } from 'drizzle-orm'
import { inject } from 'vitest'
import type { ArchiveRow } from '../../src/domain/archive-row.ts'
import { nextId } from '../../src/domain/ids.ts'
import type { StoredMessage } from '../../src/domain/message.ts'
import type {
  StoredAuditEntry,
  StoredPurge,
  StoredReport,
  StoredRestrictions,
} from '../../src/domain/moderation.ts'
import { writeArchive } from '../../src/postgres/archive.ts'
import { connectPostgres } from '../../src/postgres/client.ts'
import { insertUser } from '../../src/postgres/users.ts'
import { moderationTableNames } from '../support/archive-tables.ts'

const { databaseUrl, neonEndpoint } = inject('services')
export const db = connectPostgres({
  url: databaseUrl,
  fetchEndpoint: neonEndpoint,
  signal: () => AbortSignal.timeout(10_000),
})

export const dayMs = 86_400_000
export const now = Date.UTC(2026, 10, 30)

export const write = (...rows: ArchiveRow[]) => writeArchive(db, rows, null)

export const emptyModeration = () =>
  db.execute(sql.raw(`truncate messages, ${moderationTableNames}`))

/** An id of this time. */
export const idAt = (ms: number) => nextId(null, ms, crypto.getRandomValues(new Uint8Array(8)))

export async function newMember() {
  const id = crypto.randomUUID()
  const username = `member ${id.slice(0, 8)}`
  await insertUser(db, { id, username, email: `${id}@example.com`, passwordHash: 'none' })
  return { id, username }
}
export type TestMember = Awaited<ReturnType<typeof newMember>>

export function messageOf(author: TestMember, change: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: idAt(now),
    user_id: author.id,
    username: author.username,
    content: 'Hello',
    updated_at: null,
    is_deleted: false,
    revision: 1,
    client_id: null,
    ...change,
  }
}

export const message = (state: StoredMessage): ArchiveRow => ({ kind: 'messages', state })

export function restriction(state: Partial<StoredRestrictions>): {
  kind: 'restrictions'
  state: StoredRestrictions
} {
  const none = { user_id: crypto.randomUUID(), mute: null, ban: null, revision: 1 }
  return { kind: 'restrictions', state: { ...none, ...state } }
}

export function report(state: Partial<StoredReport> = {}): {
  kind: 'reports'
  state: StoredReport
} {
  return {
    kind: 'reports',
    state: {
      id: idAt(now),
      message_id: idAt(now),
      author_id: crypto.randomUUID(),
      reporter_id: crypto.randomUUID(),
      reason: 'Advertising',
      status: 'open',
      reported_text: 'Buy this',
      closed_by: null,
      revision: 1,
      ...state,
    },
  }
}

export function auditEntry(state: Partial<StoredAuditEntry> = {}): {
  kind: 'audit'
  state: StoredAuditEntry
} {
  const nobody = { by_id: null, target_id: null, message_id: null, reason: null, until: null }
  return {
    kind: 'audit',
    state: { id: idAt(now), action: 'change_room', ...nobody, details: {}, ...state },
  }
}

export function purge(state: Partial<StoredPurge> = {}): { kind: 'purges'; state: StoredPurge } {
  return {
    kind: 'purges',
    state: {
      revision: 1,
      user_id: crypto.randomUUID(),
      from_id: idAt(now - dayMs),
      to_id: idAt(now + dayMs),
      at: now,
      ...state,
    },
  }
}

/** All rows of a table, in the order of a column. */
export async function rowsOf(table: string, order: string): Promise<Record<string, unknown>[]> {
  const { rows } = await db.execute(sql.raw(`select * from ${table} order by ${order}`))
  return rows
}
