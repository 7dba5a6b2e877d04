// Commands that file a report of a message, and close it.

import type { Member } from '../../contract/entities.ts'
import type { ReportStatus } from '../../contract/moderation-records.ts'
import { idTime, nextId } from '../../domain/ids.ts'
import type { StoredMessage } from '../../domain/message.ts'
import { reportToWire } from '../../domain/moderation.ts'
import type { ReportWithMessage } from '../../domain/moderation-calls.ts'
import { type WindowRule, waitFor } from '../../domain/sliding-window.ts'
import type { Notice } from '../broadcast/notices.ts'
import { atMostNow, type Clock } from '../clock/clock.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import type { ReportTable } from '../log/private/reports.ts'
import type { Revisions } from '../log/revisions.ts'
import { accepted, type Command, refused } from '../sequencer/command.ts'
import { audit } from './audit.ts'
import type { Moderator } from './moderator.ts'

export type ReportState = {
  clock: Clock
  reports: ReportTable
  revisions: Revisions
  auditLog: AuditLog
  snapshotDays: number
}

/** Reports of one person. Those of the log are counted, so a restart resets nothing. */
const reportRule: WindowRule = { max: 5, windowMs: 60 * 60_000 }

const tellStaff = ({ report, message }: ReportWithMessage): Notice => ({
  to: { staffExcept: null },
  frame: { event: 'report_filed', data: reportToWire(report, message ?? undefined) },
})

type Filing = { reporter: Member; message: StoredMessage | undefined; reason: string | null }

export function fileReport(
  { clock, reports, revisions, snapshotDays }: ReportState,
  { reporter, message, reason }: Filing,
): Command<null> {
  return () => {
    if (!message || message.is_deleted)
      return refused({
        code: 'not_found',
        detail: 'There is no such message: it may have been deleted.',
      })
    // One report per person and message.
    if (reports.findOf(message.id, reporter.id)) return accepted(null)
    const now = clock.wall()
    const filed = reports.filedSince(reporter.id, now - reportRule.windowMs)
    // Ids never go back, so those of another time of the clock may be ahead.
    const times = filed.map((id) => atMostNow(idTime(id), now))
    const waitMs = waitFor(times, now, reportRule)
    if (waitMs > 0)
      return refused({
        code: 'rate_limited',
        detail: `You have reported ${reportRule.max} messages within the last hour. Try again later.`,
        retryAfterMs: waitMs,
      })
    const report = {
      id: nextId(reports.lastId, now, crypto.getRandomValues(new Uint8Array(8))),
      message_id: message.id,
      author_id: message.user_id,
      author_name: message.username,
      reporter_id: reporter.id,
      reporter_name: reporter.username,
      reason,
      status: 'open',
      reported_text: snapshotDays > 0 ? message.content : null,
      closed_by: null,
      closed_by_name: null,
      revision: revisions.next(),
    } as const
    reports.write(report)
    return { ...accepted(null), notices: [tellStaff({ report, message })] }
  }
}

export function closeReport(
  state: ReportState,
  by: Moderator,
  { id, status, message }: { id: string; status: ReportStatus; message: StoredMessage | null },
): Command<ReportWithMessage> {
  return () => {
    const { reports, revisions } = state
    const known = reports.find(id)
    if (!known) return refused({ code: 'not_found', detail: 'There is no such report.' })
    if (known.status === status) return accepted({ report: known, message })
    const closer = status === 'open' ? null : by.member
    const report = {
      ...known,
      status,
      closed_by: closer?.id ?? null,
      closed_by_name: closer?.username ?? null,
      revision: revisions.next(),
    }
    reports.write(report)
    const target = { id: report.author_id, username: report.author_name }
    const entry = audit(state, by, {
      ...{ action: 'close_report', target, messageId: report.message_id },
      details: { status },
    })
    return {
      ...accepted({ report, message }),
      notices: [tellStaff({ report, message }), entry],
    }
  }
}
