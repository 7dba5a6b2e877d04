// Parses a frame of a client, or says in words for a person what is wrong with it.

import { type ClientData, type ClientEvent, clientEvents, clientFrames } from './frames.ts'
import { frameProblems } from './problems.ts'
import { ClientId, Id } from './values.ts'

type RefusedFrame = {
  ok: false
  code: 'bad_frame' | 'unknown_event' | 'invalid'
  message: string
  /** For `invalid`: field → fault, in the same words as over REST. */
  errors?: Record<string, string>
  /** undefined: it is not known. */
  event?: ClientEvent
  clientId: string | null
  /** The message that the frame is about, if it names one. */
  messageId: string | null
}

export type ParsedFrame =
  | { ok: true; frame: { [E in ClientEvent]: { event: E; data: ClientData<E> } }[ClientEvent] }
  | RefusedFrame

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEvent = (event: unknown): event is ClientEvent =>
  typeof event === 'string' && Object.hasOwn(clientFrames, event)

/** Includes valid ids, so that the sender can tell which command was refused. */
function refused(code: RefusedFrame['code'], message: string, data: unknown): RefusedFrame {
  const { client_id, message_id } = isObject(data) ? data : {}
  const clientId = ClientId.safeParse(client_id).data ?? null
  const messageId = Id.safeParse(message_id).data ?? null
  return { ok: false, code, message, clientId, messageId }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Absent `data` counts as `{}`. */
export function parseFrame(text: string): ParsedFrame {
  const frame = readJson(text)
  if (!isObject(frame)) return refused('bad_frame', frameProblems.bad_frame, undefined)

  const { event, data = {} } = frame
  if (typeof event !== 'string' || !isObject(data))
    return refused('bad_frame', frameProblems.bad_frame, data)
  if (!isEvent(event)) {
    const message = `${frameProblems.unknown_event} Known ones: ${clientEvents.join(', ')}.`
    return refused('unknown_event', message, data)
  }

  const read = clientFrames[event].safeParse(data)
  // The event chose the schema of the data, so the two match.
  if (read.success)
    return { ok: true, frame: { event, data: read.data } as (ParsedFrame & { ok: true })['frame'] }
  const errors: Record<string, string> = {}
  for (const { path, message } of read.error.issues) errors[path.join('.')] ??= message
  const [first] = Object.entries(errors)
  return { ...refused('invalid', first?.join(': ') ?? 'Not valid.', data), event, errors }
}
