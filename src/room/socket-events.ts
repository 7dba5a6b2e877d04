// Handles the WebSocket events of the platform.

import type { RoomComponents } from './create-room.ts'
import { sizeOf } from './frames/frame-handler.ts'

type Events = Pick<RoomComponents, 'connections' | 'frameHandler' | 'slowConsumers' | 'closer'>

export function receiveMessage(
  { connections, frameHandler, slowConsumers }: Events,
  socket: WebSocket,
  raw: string | ArrayBuffer,
): void | Promise<void> {
  const connection = connections.of(socket)
  if (!connection) return
  if (connections.isOpen(connection)) return frameHandler.handle(connection, raw)
  slowConsumers.frameAfterClose(connection, sizeOf(raw))
}

export function endSocket({ connections, closer }: Events, socket: WebSocket): void {
  const connection = connections.of(socket)
  if (connection) closer.ended(connection)
}
