// A service on a free port with a temporary data folder.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../local/ports.ts'
import { Figures } from '../faults/figures.ts'
import { Service } from '../faults/service.ts'

export type House = { service: Service; close(): Promise<void> }

export async function openHouse(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'chat-e2e-'))
  const service = new Service({ folder, port: await freePort(), figures: new Figures() })
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
