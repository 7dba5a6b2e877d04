// Starts a service on a free port, with a temporary data folder.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../local/ports.ts'
import { Service } from '../harness/service.ts'

export type TestService = { service: Service; close(): Promise<void> }

export async function startTestService(): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), 'chat-e2e-'))
  const service = new Service({ folder, port: await freePort() })
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    await service.start()
  } catch (error) {
    remove()
    throw error
  }
  return {
    service,
    async close() {
      await service.killAll()
      remove()
    },
  }
}
