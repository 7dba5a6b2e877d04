// The events of the platform: WebSockets and the one alarm. It only dispatches.

import { DurableObject } from 'cloudflare:workers'
import { closeReply } from '../contract/close-codes.ts'
import { canonicalPing, canonicalPong } from '../contract/frames.ts'
import { refusedUpgrade } from './access/upgrade.ts'
import { Lifecycle } from './lifecycle.ts'
import { migrate } from './log/schema.ts'
import type { RoomPorts } from './ports.ts'
import { endSocket, receiveMessage } from './socket-events.ts'

export class RoomObject extends DurableObject {
  protected readonly lifecycle: Lifecycle

  constructor(ctx: DurableObjectState, env: unknown, ports: RoomPorts) {
    super(ctx, env as never)
    migrate(ctx.storage)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(canonicalPing, canonicalPong))
    this.lifecycle = new Lifecycle(ctx, ports)
  }

  override fetch(request: Request): Response {
    if (!this.lifecycle.tryOpen()) return refusedUpgrade(1013)
    return this.lifecycle.run(({ upgrade, maintenance }) => {
      const response = upgrade.accept(request)
      // A refused upgrade leaves nothing to do, so the room may hibernate again.
      if (response.status === 101) maintenance.startTicking()
      return response
    })
  }

  override async webSocketMessage(socket: WebSocket, raw: string | ArrayBuffer): Promise<void> {
    // The sockets of a closed room are closed, too.
    if (this.lifecycle.tryOpen())
      return this.lifecycle.run((components) => receiveMessage(components, socket, raw))
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#socketEnded(socket)
    if (socket.readyState === WebSocket.CLOSING) socket.close(closeReply(code))
  }

  override webSocketError(socket: WebSocket): void {
    this.#socketEnded(socket)
  }

  #socketEnded(socket: WebSocket): void {
    if (this.lifecycle.tryOpen()) this.lifecycle.run((components) => endSocket(components, socket))
  }

  override alarm(): void {
    if (this.lifecycle.alarmFired()) this.lifecycle.run(({ maintenance }) => maintenance.onAlarm())
  }
}
