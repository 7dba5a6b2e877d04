// The addresses of this machine in its networks.
import { networkInterfaces } from 'node:os'

/** The origins by which other machines can call a service here. Loopback is not among them. */
export function originsOfNetwork(port: number): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((of) => of ?? [])
  return addresses
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `http://${address}:${port}`)
}
