// Entities of moderation: the state of the room, restrictions, reports and the audit log.

import { z } from '@hono/zod-openapi'
import { Message } from './entities.ts'
import { Emoji, reactionLimits } from './reactions.ts'
import { Id, orNull, Storable, Time } from './values.ts'

export const moderationLimits = {
  /** Owners and moderators together. */
  staffMax: 100,
  /** Milliseconds. */
  slowModeMaxMs: 120_000,
  /** Code points. */
  announcementMax: 500,
  pinsMax: 5,
  /** Code points. */
  reasonMax: 200,
  wordsMax: 500,
  /** Code points of one term. */
  wordMax: 100,
  /** Rows of one page of people, reports or the audit log. */
  pageMax: 50,
} as const

const codePoints = (text: string) => [...text].length

/** Text of at most so many code points. Surrounding white space is dropped; empty text is null. */
const shortText = (max: number) =>
  Storable.transform((text) => text.replaceAll('\r\n', '\n').trim())
    .refine((text) => codePoints(text) <= max, `Must have at most ${max} characters.`)
    .transform((text) => (text === '' ? null : text))

export const staffRoles = ['owner', 'moderator'] as const

export const Role = z
  .enum([...staffRoles, 'member'], 'Must be "owner", "moderator" or "member".')
  .meta({
    description:
      'One acts only on people of a lower rank: `owner` above `moderator` above `member`',
  })
export type Role = z.infer<typeof Role>

export const StaffMember = z
  .object({ user_id: Id, username: z.string(), role: z.enum(staffRoles) })
  .openapi('StaffMember')
export type StaffMember = z.infer<typeof StaffMember>

export const Audience = z.enum(
  ['everyone', 'established', 'moderators'],
  'Must be "everyone", "established" or "moderators".',
)
export type Audience = z.infer<typeof Audience>

const SlowMode = z
  .int('Must be a whole number.')
  .min(0, 'Must be at least 0.')
  .max(moderationLimits.slowModeMaxMs, `Must be at most ${moderationLimits.slowModeMaxMs}.`)
  .meta({
    description: 'The least time between two messages of one person, in milliseconds; 0: off',
  })

const audienceOf = (what: string) =>
  Audience.meta({
    description: `Who may ${what}: everyone, accounts older than ESTABLISHED_AFTER, or staff`,
  })

const AllowedReactions = z
  .array(Emoji)
  .max(reactionLimits.allowedMax, `Must have at most ${reactionLimits.allowedMax} emoji.`)
  .refine((emoji) => new Set(emoji).size === emoji.length, 'Must not name an emoji twice.')
  .meta({
    description: `The emoji that people may react with, in the order in which they are offered; at most ${reactionLimits.allowedMax}`,
  })

/** What holds for everyone in the room. It is always told whole. */
export const Room = z
  .object({
    staff: z.array(StaffMember).meta({
      description: `Owners and moderators, at most ${moderationLimits.staffMax}. Everyone else is a member`,
    }),
    slow_mode_ms: SlowMode,
    posting: audienceOf('send and edit messages'),
    links: audienceOf('send messages with links'),
    announcement: z
      .string()
      .nullable()
      .meta({ description: `At most ${moderationLimits.announcementMax} code points` }),
    pins: z.array(Message).meta({
      description: `The pinned messages as they are now, the latest pin first, at most ${moderationLimits.pinsMax}`,
    }),
    reactions: AllowedReactions,
    revision: z
      .int()
      .nonnegative()
      .meta({ description: 'Rises with each change; 0: nothing was ever changed' }),
  })
  .openapi('Room')
export type Room = z.infer<typeof Room>

/** Absolute values; an absent field stays as it is. */
export const RoomChange = z
  .object({
    slow_mode_ms: SlowMode.optional(),
    posting: audienceOf('send and edit messages').optional(),
    links: audienceOf('send messages with links').optional(),
    announcement: shortText(moderationLimits.announcementMax).nullable().optional(),
    reactions: AllowedReactions.optional(),
  })
  .meta({ example: { slow_mode_ms: 10_000, posting: 'established' } })
export type RoomChange = z.infer<typeof RoomChange>

export const Reason = shortText(moderationLimits.reasonMax)
  .nullable()
  .default(null)
  .meta({
    description: `For the person and the audit log; at most ${moderationLimits.reasonMax} code points`,
    example: 'Advertising',
  })

export const Restriction = z
  .object({
    until: Time.nullable().meta({ description: 'null: for good' }),
    reason: z.string().nullable(),
  })
  .openapi('Restriction')
export type Restriction = z.infer<typeof Restriction>

/** What a mute or a ban asks for. */
export const RestrictionRequest = z.object({
  until: z.iso
    .datetime({ offset: true, error: 'Must be an ISO 8601 time, or null for good.' })
    // A year has four digits.
    .refine((time) => Date.parse(time) < Date.parse('9999-12-31'), 'Must be before 9999-12-31.')
    .transform((time) => new Date(time).toISOString())
    .nullable()
    .meta({ description: 'A time in the future; null: for good', format: 'date-time' }),
  reason: Reason,
})

/** The restrictions of one person that are not over. */
export const Restrictions = z
  .object({
    mute: orNull(Restriction).meta({
      description: 'The person may read, report and delete, and not send, edit, react or type',
    }),
    ban: orNull(Restriction).meta({
      description: 'The person may only log in and out, export and erase the account',
    }),
  })
  .openapi('Restrictions')
export type Restrictions = z.infer<typeof Restrictions>

export const RestrictedPerson = z
  .object({ user_id: Id, username: z.string(), ...Restrictions.shape })
  .openapi('RestrictedPerson')
export type RestrictedPerson = z.infer<typeof RestrictedPerson>

/** A person as others see them. */
export const Profile = z
  .object({
    id: Id,
    username: z.string(),
    created_at: Time,
    role: Role,
    restrictions: Restrictions.optional().meta({ description: 'Only for moderators and owners' }),
  })
  .openapi('Profile')
export type Profile = z.infer<typeof Profile>

const Term = Storable.transform((term) => term.trim()).refine(
  (term) => codePoints(term) <= moderationLimits.wordMax,
  `Must have at most ${moderationLimits.wordMax} characters.`,
)

export const WordList = z
  .object({
    terms: z
      .array(Term)
      .max(moderationLimits.wordsMax, `Must have at most ${moderationLimits.wordsMax} terms.`)
      .meta({
        description:
          'Plain text; `*` at either end also finds the term inside of words. Case, invisible characters and ' +
          'separators between single letters do not count',
        example: ['spam', '*casino*'],
      }),
  })
  .openapi('WordList')
export type WordList = z.infer<typeof WordList>
