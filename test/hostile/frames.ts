// Holds what the room says over a socket against the contract: every frame by its schema, and every
// message by who it claims to be from.

import type { Contract } from './contract.ts'
import { takenOver } from './horrors.ts'
import type { Leaks } from './leaks.ts'

export type Frame = { event: string; data: Record<string, unknown>; seq?: number }

export type FrameRules = {
  contract: Pick<Contract, 'roomFrames'>
  /** Everyone's name, by id. */
  names: ReadonlyMap<string, string>
  leaks: Leaks
}

export type HeardText = { frames: Frame[]; wrong: string[] }

/** Of an account that is gone. */
const erasedName = '(deleted account)'
const speaking = new Set(['new_message', 'user_joined', 'user_left', 'user_typing', 'welcome'])

/** @param batching whether the client offered chat.v1, and takes arrays */
export function judgeText(
  text: string,
  { batching }: { batching: boolean },
  { contract, names, leaks }: FrameRules,
): HeardText {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return { frames: [], wrong: ['it is no JSON'] }
  }
  if (Array.isArray(parsed) && (!batching || parsed.length === 0))
    return { frames: [], wrong: [batching ? 'an empty array' : 'an array to a plain client'] }
  const wrong = leaks
    .inAnswer(text, { tokens: false, mail: false })
    .map((what) => `it tells ${what}`)
  if (takenOver.test(text)) wrong.push('it took what only the service may set')
  const frames: Frame[] = []
  for (const one of [parsed].flat()) {
    const frame = one as Frame
    const check = contract.roomFrames.get(frame?.event)
    const fault = check ? check(frame) : 'an unknown event'
    if (fault) wrong.push(`${frame?.event}: ${fault}`)
    else {
      if (speaking.has(frame.event)) wrong.push(...judgeName(frame, names))
      frames.push(frame)
    }
  }
  return { frames, wrong }
}

function judgeName({ event, data }: Frame, names: ReadonlyMap<string, string>): string[] {
  const { user_id: id, username } = data
  const name = names.get(String(id))
  if (name === undefined) return [`${event} is of someone who has no account`]
  return username === name || username === erasedName
    ? []
    : [`${event} signs ${name} as ${username}`]
}
