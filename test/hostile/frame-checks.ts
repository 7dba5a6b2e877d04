// Checks what the room sends over a connection: every frame against its schema, every message against
// the name of its author, and every frame of moderation against those who may have it.

import { type Frame, readMessage } from '../kit/protocol.ts'
import { acceptedPrivileges } from './hostile-strings.ts'
import type { LeakDetector } from './leak-detector.ts'
import type { Contract } from './published-contract.ts'

export type FrameRules = {
  contract: Pick<Contract, 'roomFrames'>
  /** The names of all accounts, by id. */
  names: ReadonlyMap<string, string>
  /** The ids of all accounts that somebody was allowed to appoint. */
  appointed: ReadonlySet<string>
  leaks: LeakDetector
}

/** Whom a connection belongs to; `isStaff`: the account has had a role at some time. */
export type Viewer = { id: string; isStaff: boolean }

export type CheckedText = { frames: number; wrong: string[] }

/** The name of an erased account. */
const erasedName = '(deleted account)'
const eventsWithName = new Set([
  'new_message',
  'user_joined',
  'user_left',
  'user_typing',
  'welcome',
  'restricted',
])
const eventsOfStaff = new Set(['report_filed', 'audit_added'])

/**
 * Checks one WebSocket message.
 * @param batching whether the client offered `chat.v1`
 */
export function checkText(
  text: string,
  { batching, viewer }: { batching: boolean; viewer: Viewer },
  { contract, names, appointed, leaks }: FrameRules,
): CheckedText {
  const { frames, violation } = readMessage(text, { batching })
  const wrong = [
    ...(violation === null ? [] : [violation]),
    ...leaks.inAnswer(text, { staff: viewer.isStaff }).map((leak) => `it leaks ${leak}`),
    ...(acceptedPrivileges.test(text) ? ['it accepted what only the service may set'] : []),
  ]
  for (const frame of frames) {
    const check = contract.roomFrames.get(frame?.event)
    const fault = check ? check(frame) : 'an unknown event'
    if (fault) wrong.push(`${frame?.event}: ${fault}`)
    else wrong.push(...checkViewer(frame, viewer), ...checkPeople(frame, { names, appointed }))
  }
  return { frames: frames.length, wrong }
}

/** The connection that this text welcomes; null: it has no welcome. */
export function welcomedId(text: string): string | null {
  return /"event":"welcome","data":\{"user_id":"([^"]+)"/.exec(text)?.[1] ?? null
}

function checkViewer({ event, data }: Frame, { id, isStaff }: Viewer): string[] {
  if (isStaff) return []
  if (eventsOfStaff.has(event)) return [`a member receives ${event}`]
  const isOfAnother = event === 'restricted' && data.user_id !== id
  return isOfAnother ? ['a member receives the restriction of another'] : []
}

type Known = Pick<FrameRules, 'names' | 'appointed'>

function checkPeople(frame: Frame, { names, appointed }: Known): string[] {
  const { event, data } = frame
  if (event === 'room_changed')
    return [
      ...data.staff
        .filter(({ user_id }) => !appointed.has(user_id))
        .map(({ user_id, role }) => `${names.get(user_id)} became ${role}, and nobody may do that`),
      ...[...data.staff, ...data.pins].flatMap((person) => checkName(event, person, names)),
    ]
  return eventsWithName.has(event) ? checkName(event, data, names) : []
}

function checkName(event: string, data: object, names: ReadonlyMap<string, string>): string[] {
  const { user_id: id, username } = data as { user_id?: string; username?: string }
  const name = names.get(String(id))
  if (name === undefined) return [`${event} is of someone who has no account`]
  return username === name || username === erasedName
    ? []
    : [`${event} signs ${name} as ${username}`]
}
