// Says in sentences what the service answers about moderation. Texts of other people are printed on one
// line, without characters that could control a terminal.

import type { Audience, RestrictedPerson, Restriction, Room } from '../src/contract/moderation.ts'
import type { AuditEntry, Report } from '../src/contract/moderation-records.ts'

const textMax = 200

export function plain(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
  const codePoints = [...line]
  return codePoints.length > textMax ? `${codePoints.slice(0, textMax).join('')}…` : line
}

const timeOf = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
const reasonOf = (reason: string | null) => (reason === null ? '' : ` Reason: ${plain(reason)}`)
const endOf = (until: string | null) => (until === null ? 'for good' : `until ${timeOf(until)}`)

export function restrictionText(
  name: string,
  kind: 'muted' | 'banned',
  { until, reason }: Restriction,
): string {
  return `${plain(name)} is ${kind} ${endOf(until)}.${reasonOf(reason)}`
}

export function restrictedText({ user_id, username, mute, ban }: RestrictedPerson): string {
  return [
    ...(mute ? [restrictionText(username, 'muted', mute)] : []),
    ...(ban ? [restrictionText(username, 'banned', ban)] : []),
    `  ${user_id}`,
  ].join('\n')
}

const whoMay: Record<Audience, string> = {
  everyone: 'Everyone may',
  established: 'Only accounts that are older than ESTABLISHED_AFTER, and moderators, may',
  moderators: 'Only moderators may',
}

export const postingText = (posting: Audience) => `${whoMay[posting]} write.`
export const linksText = (links: Audience) => `${whoMay[links]} send links.`

export function slowModeText(ms: number): string {
  return ms === 0
    ? 'Slow mode is off.'
    : `Slow mode is on: one message every ${ms / 1_000} seconds for each member.`
}

export function announcementText(announcement: string | null): string {
  return announcement === null
    ? 'There is no announcement.'
    : `The announcement is: ${plain(announcement)}`
}

function staffText(staff: Room['staff'], role: 'owner' | 'moderator'): string {
  const names = staff.filter((one) => one.role === role).map(({ username }) => plain(username))
  return `${role === 'owner' ? 'Owners' : 'Moderators'}: ${names.join(', ') || 'none'}.`
}

export function roomText(room: Room): string {
  const pins = room.pins.map(
    ({ id, username, content }) => `  ${id} ${username}: ${plain(content)}`,
  )
  return [
    staffText(room.staff, 'owner'),
    staffText(room.staff, 'moderator'),
    slowModeText(room.slow_mode_ms),
    postingText(room.posting),
    linksText(room.links),
    announcementText(room.announcement),
    pins.length === 0 ? 'No message is pinned.' : 'Pinned messages, the latest first:',
    ...pins,
  ].join('\n')
}

export function reportText(report: Report): string {
  const { id, status, filed_at, reporter, author, message, reported_text, closed_by } = report
  const closedBy = closed_by ? ` by ${plain(closed_by.username)}` : ''
  return [
    `${plain(reporter.username)} reported a message of ${plain(author.username)} on ${timeOf(filed_at)}.` +
      reasonOf(report.reason),
    message === null
      ? `  The message ${report.message_id} was deleted.`
      : `  The message ${report.message_id} says: ${plain(message.content)}`,
    ...(reported_text === null ? [] : [`  It said: ${plain(reported_text)}`]),
    `  The report ${id} is ${status}${status === 'open' ? '' : closedBy}.`,
  ].join('\n')
}

const closings: Record<string, string> = {
  open: 'reopened',
  resolved: 'resolved',
  dismissed: 'dismissed',
}

/** Names of settings as people read them. */
const changes: Record<string, (value: string | number | boolean) => string> = {
  slow_mode_ms: (ms) => (ms === 0 ? 'slow mode off' : `slow mode ${Number(ms) / 1_000} s`),
  posting: (audience) => `posting ${audience}`,
  links: (audience) => `links ${audience}`,
  announcement: (isThere) => (isThere ? 'a new announcement' : 'no announcement'),
}

function changesText(details: AuditEntry['details']): string {
  return Object.entries(details)
    .map(([name, value]) => changes[name]?.(value) ?? `${name} ${value}`)
    .join(', ')
}

/** A purge of everything begins with the epoch. */
const sinceText = (iso: string) => (Date.parse(iso) === 0 ? '' : ` since ${timeOf(iso)}`)

function deedText({ action, target, message_id, until, details }: AuditEntry): string {
  const person = target ? plain(target.username) : 'somebody'
  switch (action) {
    case 'set_role':
      return `gave ${person} the role ${details.role}`
    case 'mute':
      return `muted ${person} ${endOf(until)}`
    case 'ban':
      return `banned ${person} ${endOf(until)}`
    case 'unmute':
      return `ended the mute of ${person}`
    case 'unban':
      return `ended the ban of ${person}`
    case 'purge':
      return `deleted the messages of ${person}${sinceText(String(details.since))}`
    case 'delete_message':
      return `deleted the message ${message_id} of ${person}`
    case 'pin':
      return `pinned the message ${message_id}`
    case 'unpin':
      return `unpinned the message ${message_id}`
    case 'change_room':
      return `changed the room: ${changesText(details)}`
    case 'change_words':
      return `changed the word list, which has ${details.terms} terms`
    case 'close_report':
      return `${closings[String(details.status)] ?? 'closed'} a report of the message ${message_id} of ${person}`
    default:
      // A later release may know more.
      return `did: ${action}`
  }
}

export function auditText(entry: AuditEntry): string {
  const by = entry.by ? plain(entry.by.username) : 'The operator'
  return `${timeOf(entry.at)}  ${by} ${deedText(entry)}.${reasonOf(entry.reason)}`
}
