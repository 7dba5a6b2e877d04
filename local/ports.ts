// Ports on loopback.
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal, reasonOf } from './refusal.ts'

/** How long a program that was just ended may still hold a port. */
const graceMs = 2_000

/** A port nobody uses at the moment; for programs that cannot choose one and tell. */
export function freePort(): Promise<number> {
  return tryPort(0)
}

/** @param setting that names it */
export async function demandPort(port: number, setting: string): Promise<void> {
  const deadline = Date.now() + graceMs
  try {
    while (!(await isFree(port)) && Date.now() < deadline) await delay(50)
    await tryPort(port)
  } catch (error) {
    if (isInUse(error)) {
      throw new Refusal(
        `Port ${port} is in use: end what listens there, or set ${setting} to another one`,
      )
    }
    throw new Refusal(`Port ${port} cannot be used: ${reasonOf(error)}`)
  }
}

const isInUse = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EADDRINUSE'

async function isFree(port: number): Promise<boolean> {
  try {
    await tryPort(port)
    return true
  } catch (error) {
    if (isInUse(error)) return false
    throw error
  }
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const { port: used } = server.address() as AddressInfo
      server.close(() => resolve(used))
    })
  })
}
