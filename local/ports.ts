// Ports, on loopback unless they are for the network.
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal, reasonOf } from './refusal.ts'

/** A program that has just ended may hold a port for so long. */
const graceMs = 2_000

/** A program that listens may take so long to accept. */
const acceptMs = 1_000

/** A port that is free at the moment, for programs that cannot choose and report one. */
export function freePort(): Promise<number> {
  return tryPort(0)
}

/**
 * Refuses a port that is in use, also if only `[::1]` is. `localhost` is both addresses, and browsers try
 * that one first, so passwords would reach the other program.
 * @param setting the setting that names the port
 * @param host where it will be used
 */
export async function demandPort(port: number, setting: string, host?: string): Promise<void> {
  const deadline = Date.now() + graceMs
  for (;;) {
    const taken = await whereTaken(port, host)
    if (taken === undefined) return
    if (Date.now() > deadline) {
      throw new Refusal(
        `Port ${port} is in use${taken}: end what listens there, or set ${setting} to another one`,
      )
    }
    await delay(50)
  }
}

/** The end of a sentence; undefined: the port is free. */
async function whereTaken(port: number, host?: string): Promise<string | undefined> {
  try {
    await tryPort(port, host)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return ''
    throw new Refusal(`Port ${port} cannot be used: ${reasonOf(error)}`)
  }
  const hasListener = await accepts(port, '::1')
  return hasListener ? ' at [::1], where browsers look for localhost first' : undefined
}

function tryPort(port: number, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => {
      const { port: used } = server.address() as AddressInfo
      server.close(() => resolve(used))
    })
  })
}

/** A machine without this address has no listener there. */
function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host, timeout: acceptMs })
    const answer = (accepted: boolean) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', () => answer(true)).once('timeout', () => answer(true))
    socket.once('error', () => answer(false))
  })
}
