// Ports on loopback: a free one, and one that something listens on.

import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const limitMs = 30_000

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export async function untilListening(port: number): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await listens(port))) {
    if (Date.now() > deadline) throw new Error(`Nothing listens on ${port}`)
    await delay(20)
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      resolve(true)
      socket.destroy()
    })
  })
}
