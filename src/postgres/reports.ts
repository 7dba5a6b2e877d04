// Queries of what reports keep of one account.

import { and, eq, isNotNull } from 'drizzle-orm'
import type { Postgres } from './client.ts'
import { reports } from './moderation-tables.ts'

/** A query of its own, or one of a batch. */
export function eraseReportTexts(db: Postgres, authorId: string) {
  return db
    .update(reports)
    .set({ reported_text: null })
    .where(and(eq(reports.author_id, authorId), isNotNull(reports.reported_text)))
}

/** Removes what a person wrote in reports. A query of its own, or one of a batch. */
export function eraseReasonsOf(db: Postgres, reporterId: string) {
  return db
    .update(reports)
    .set({ reason: null })
    .where(and(eq(reports.reporter_id, reporterId), isNotNull(reports.reason)))
}

/** The reports that a person has filed, oldest first, for the export of their data. */
export async function readOwnReports(db: Postgres, reporterId: string) {
  return db
    .select({ id: reports.id, message_id: reports.message_id, reason: reports.reason })
    .from(reports)
    .where(eq(reports.reporter_id, reporterId))
    .orderBy(reports.id)
}
