// What only moderators and the operator may read of the room. The handler has checked the permission.

import type { ModerationAnswer, ModerationCall } from '../../domain/moderation-calls.ts'
import type { Clock } from '../clock/clock.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import type { ReportTable } from '../log/private/reports.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { WordTable } from '../log/private/word-list.ts'
import type { Outcome } from '../rpc.ts'
import { accepted } from '../sequencer/command.ts'
import type { Moderator } from './moderator.ts'

type Uses = {
  clock: Clock
  words: WordTable
  restrictions: RestrictionTable
  reports: ReportTable
  messages: Pick<Messages, 'find'>
  auditLog: AuditLog
}

type Kind = 'read_words' | 'list_restricted' | 'list_reports' | 'list_audit'

export type ModerationReads = {
  [K in Kind]: (by: Moderator, call: ModerationCall<K>) => Outcome<ModerationAnswer<K>>
}

export function moderationReads({
  clock,
  words,
  restrictions,
  reports,
  messages,
  auditLog,
}: Uses): ModerationReads {
  return {
    read_words: () => accepted(words.current).outcome,
    list_restricted: (_, { cursor, limit }) =>
      accepted(restrictions.page(cursor, limit, clock.wall())).outcome,
    list_reports(_, { status, cursor, limit }) {
      const page = reports.page(status, cursor, limit)
      const withMessages = page.map((report) => ({
        report,
        message: messages.find(report.message_id) ?? null,
      }))
      return accepted(withMessages).outcome
    },
    list_audit: (_, { cursor, limit }) => accepted(auditLog.page(cursor, limit)).outcome,
  }
}
