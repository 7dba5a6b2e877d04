// Reports of messages, and entries of the audit log.

import { z } from '@hono/zod-openapi'
import { Member, Message } from './entities.ts'
import { Id, orNull, Time } from './values.ts'

export const ReportStatus = z.enum(
  ['open', 'resolved', 'dismissed'],
  'Must be "open", "resolved" or "dismissed".',
)
export type ReportStatus = z.infer<typeof ReportStatus>

export const Report = z
  .object({
    id: Id,
    message_id: Id,
    message: orNull(Message).meta({
      description: 'The message as it is now; null: it was deleted for good',
    }),
    reported_text: z.string().nullable().meta({
      description: 'The text when it was reported, while REPORT_SNAPSHOT_DAYS keeps it',
    }),
    author: Member,
    reporter: Member,
    reason: z.string().nullable(),
    status: ReportStatus,
    filed_at: Time,
    closed_by: orNull(Member).meta({
      description: 'null: the report is open, or the operator closed it',
    }),
    revision: z.int().positive(),
  })
  .openapi('Report')
export type Report = z.infer<typeof Report>

export const auditActions = [
  'set_role',
  'mute',
  'unmute',
  'ban',
  'unban',
  'purge',
  'delete_message',
  'pin',
  'unpin',
  'change_room',
  'change_words',
  'close_report',
] as const

export const AuditEntry = z
  .object({
    id: Id.meta({ description: 'UUIDv7: sort key and cursor' }),
    at: Time,
    action: z.enum(auditActions),
    by: orNull(Member).meta({ description: 'null: the operator' }),
    target: orNull(Member).meta({ description: 'The person it was done to' }),
    message_id: Id.nullable(),
    reason: z.string().nullable(),
    until: Time.nullable().meta({ description: 'The end of a mute or ban; null: for good' }),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).meta({
      description: 'What was set, such as `role` or `slow_mode_ms`; never a text',
    }),
  })
  .openapi('AuditEntry')
export type AuditEntry = z.infer<typeof AuditEntry>
