// Waits until a program listens on a loopback port.

import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const limitMs = 30_000

export async function waitUntilListening(port: number): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await isListening(port))) {
    if (Date.now() > deadline) throw new Error(`Nothing listens on ${port}`)
    await delay(20)
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      resolve(true)
      socket.destroy()
    })
  })
}
