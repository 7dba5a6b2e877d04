// Ports on loopback.
import { type AddressInfo, createServer } from 'node:net'
import { Refusal, reasonOf } from './refusal.ts'

/** A port nobody uses at the moment; for programs that cannot choose one and tell. */
export function freePort(): Promise<number> {
  return tryPort(0)
}

export async function demandPort(port: number): Promise<void> {
  try {
    await tryPort(port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new Refusal(
        `Port ${port} is in use: end what listens there, or set PORT to another one`,
      )
    }
    throw new Refusal(`Port ${port} cannot be used: ${reasonOf(error)}`)
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
