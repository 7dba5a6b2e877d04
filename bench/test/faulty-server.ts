// A broadcast that treats one receiver badly, once.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

export type Fault = 'none' | 'drop' | 'double' | 'swap' | 'close'

export type FaultyServer = { url: string; stop(): void }

/**
 * @param victim which of its receivers, by the order in which they came
 * @param at the message that is treated badly, by the order in which they came
 */
export async function startFaultyServer(
  fault: Fault,
  { victim, at }: { victim: number; at: number },
): Promise<FaultyServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const receivers: WebSocket[] = []
  let count = 0
  let heldBack: string | null = null

  const mistreat: Record<Fault, (socket: WebSocket, text: string) => void> = {
    none: (socket, text) => socket.send(text),
    drop: () => {},
    double(socket, text) {
      socket.send(text)
      socket.send(text)
    },
    swap(_, text) {
      heldBack = text
    },
    close: (socket) => socket.close(4000),
  }

  server.on('connection', (socket) => {
    receivers.push(socket)
    socket.on('message', (raw) => {
      const text = String(raw)
      const isAt = count++ === at
      for (const [place, receiver] of receivers.entries()) {
        if (receiver.readyState !== WebSocket.OPEN) continue
        if (place !== victim) receiver.send(text)
        else if (isAt) mistreat[fault](receiver, text)
        else {
          receiver.send(text)
          if (heldBack !== null) receiver.send(heldBack)
          heldBack = null
        }
      }
    })
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}`,
    stop() {
      for (const receiver of receivers) receiver.terminate()
      server.close()
    },
  }
}
