// Makes the frame that tells one connection that its frame was refused, and which one.

import type { ClientEvent, RoomFrame } from '../../contract/frames.ts'
import {
  type FrameProblemCode,
  frameProblems,
  problems,
  type Refusal,
} from '../../contract/problems.ts'

type FrameRefusal = Omit<Refusal, 'code' | 'errors'> & {
  code: FrameProblemCode
  errors?: Refusal['errors'] | undefined
}

/** What was refused. */
type Refused = {
  event?: ClientEvent | undefined
  clientId?: string | null
  messageId?: string | null
}

export function errorFrame(
  { code, detail, errors, retryAfterMs }: FrameRefusal,
  { event, clientId = null, messageId = null }: Refused = {},
): RoomFrame {
  const defaultDetail =
    code in problems ? problems[code as keyof typeof problems].detail : undefined
  return {
    event: 'error',
    data: {
      message: detail ?? defaultDetail ?? frameProblems[code as keyof typeof frameProblems],
      code,
      ...(errors && { errors }),
      ...(event && { event }),
      ...(clientId !== null && { client_id: clientId }),
      ...(event === 'react' && messageId !== null && { message_id: messageId }),
      ...(retryAfterMs !== undefined && { retry_after_ms: Math.max(1, Math.ceil(retryAfterMs)) }),
    },
  }
}
