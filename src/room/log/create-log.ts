// Creates the log with all kinds of events, and the tables of rows that not everyone may see. A new kind
// or table is one more line here.

import { Erasures } from './erasures/erasures.ts'
import type { EventKind } from './event-kind.ts'
import { ExpiryFloor } from './expiry-floor.ts'
import { Head } from './head.ts'
import { Log } from './log.ts'
import type { MarkedRows } from './marked-table.ts'
import { Messages } from './messages/messages.ts'
import { UnreadCounts } from './messages/unread-counts.ts'
import { Meta } from './meta.ts'
import { AuditLog } from './private/audit-log.ts'
import { ReadMarkerTable } from './private/read-markers.ts'
import { ReportTable } from './private/reports.ts'
import { RestrictionTable } from './private/restrictions.ts'
import { WordTable } from './private/word-list.ts'
import { Purges } from './purges/purges.ts'
import { ReactionTotals } from './reactions/reaction-totals.ts'
import { Revisions } from './revisions.ts'
import { RoomSettings } from './room-settings/room-settings.ts'

export function createLog(storage: DurableObjectStorage) {
  const { sql } = storage
  const meta = new Meta(sql)
  const head = new Head(meta)
  const erasures = new Erasures(sql, head)
  const purges = new Purges(sql, head)
  const expiryFloor = new ExpiryFloor(meta)
  const roomSettings = new RoomSettings(sql, head)
  const isExpired = (id: string) => expiryFloor.isExpired(id)
  const reactionTotals = new ReactionTotals({ sql, meta, head, isExpired })
  const messages = new Messages({
    ...{ sql, meta, head, erasures, purges, expiryFloor, reactionTotals },
  })
  const kinds: EventKind[] = [messages, erasures, purges, roomSettings, reactionTotals]

  const restrictions = new RestrictionTable(sql)
  const words = new WordTable(sql)
  const reports = new ReportTable(sql)
  const auditLog = new AuditLog(sql)
  const readMarkerTable = new ReadMarkerTable(sql)
  const markedTables: MarkedRows[] = [
    roomSettings.table,
    ...[restrictions.table, words.table, reports.table, auditLog.table, readMarkerTable.table],
  ]
  return {
    ...{ meta, messages, erasures, purges, roomSettings, expiryFloor },
    ...{ restrictions, words, reports, auditLog, revisions: new Revisions(meta) },
    ...{ readMarkerTable, reactionTotals },
    unreadCounts: new UnreadCounts({ sql, messages, expiryFloor }),
    markedTables,
    log: new Log({ storage, meta, head, kinds }),
  }
}

export type OpenedLog = ReturnType<typeof createLog>
