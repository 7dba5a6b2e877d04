// Reads one frame of a client: what it asks, or what is wrong with it in words for a person.

import { type ClientData, type ClientEvent, clientEvents, clientFrames } from './frames.ts'
import { frameProblems } from './problems.ts'
import { ClientId } from './values.ts'

export type ParsedFrame =
  | { ok: true; frame: { [E in ClientEvent]: { event: E; data: ClientData<E> } }[ClientEvent] }
  | {
      ok: false
      code: 'bad_frame' | 'unknown_event' | 'invalid'
      message: string
      clientId: string | null
    }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEvent = (event: unknown): event is ClientEvent =>
  typeof event === 'string' && Object.hasOwn(clientFrames, event)

/** So that whoever sent it can tell what was refused. */
function clientIdIn(data: unknown): string | null {
  return ClientId.safeParse(isObject(data) ? data.client_id : undefined).data ?? null
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A frame without `data` counts as one with `{}`. */
export function parseFrame(text: string): ParsedFrame {
  const frame = readJson(text)
  if (!isObject(frame))
    return { ok: false, code: 'bad_frame', message: frameProblems.bad_frame, clientId: null }

  const { event, data = {} } = frame
  if (typeof event !== 'string' || !isObject(data))
    return {
      ok: false,
      code: 'bad_frame',
      message: frameProblems.bad_frame,
      clientId: clientIdIn(data),
    }
  if (!isEvent(event)) {
    const message = `${frameProblems.unknown_event} Known ones: ${clientEvents.join(', ')}.`
    return { ok: false, code: 'unknown_event', message, clientId: clientIdIn(data) }
  }

  const read = clientFrames[event].safeParse(data)
  // Event and data belong together: the one chose the schema of the other.
  if (read.success)
    return { ok: true, frame: { event, data: read.data } as (ParsedFrame & { ok: true })['frame'] }
  const [issue] = read.error.issues
  const field = issue?.path.join('.')
  const fault = issue?.message ?? 'Not valid.'
  return {
    ok: false,
    code: 'invalid',
    message: field ? `${field}: ${fault}` : fault,
    clientId: clientIdIn(data),
  }
}
