// A port on loopback that something listens on.

import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const limitMs = 30_000

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
