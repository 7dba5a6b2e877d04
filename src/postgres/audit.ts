// Reads the audit log.

import { desc, eq, lt } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { erasedName } from '../contract/values.ts'
import type { NamedAuditEntry } from '../domain/moderation.ts'
import type { Postgres } from './client.ts'
import { audit } from './moderation-tables.ts'
import { users } from './tables.ts'

export type AuditBounds = {
  /** Only entries with a smaller id; null: from the newest. */
  below: string | null
  /** Rows. */
  limit: number
}

const actor = alias(users, 'actor')
const target = alias(users, 'target')

const nameOf = (id: string | null, name: string | null) =>
  id === null ? null : (name ?? erasedName)

/** Newest first. */
export async function readAudit(
  db: Postgres,
  { below, limit }: AuditBounds,
): Promise<NamedAuditEntry[]> {
  const rows = await db
    .select({ entry: audit, by_name: actor.username, target_name: target.username })
    .from(audit)
    .leftJoin(actor, eq(actor.id, audit.by_id))
    .leftJoin(target, eq(target.id, audit.target_id))
    .where(below === null ? undefined : lt(audit.id, below))
    .orderBy(desc(audit.id))
    .limit(limit)
  return rows.map(({ entry, by_name, target_name }) => ({
    ...entry,
    by_name: nameOf(entry.by_id, by_name),
    target_name: nameOf(entry.target_id, target_name),
  }))
}
