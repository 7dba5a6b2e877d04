// The storage of the room on this machine: the folder in which workerd keeps every Durable Object, with
// their alarms. The service must be stopped.

import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const folderIn = (dataDir: string) => join(dataDir, 'worker', 'state', 'v3', 'do')

export function deleteRoomStorage(dataDir: string): void {
  demandFolder(dataDir)
  rmSync(folderIn(dataDir), { recursive: true })
}

/** @param copy the folder of the copy, which must not exist */
export function copyRoomStorage(dataDir: string, copy: string): void {
  demandFolder(dataDir)
  cpSync(folderIn(dataDir), copy, { recursive: true })
}

export function putRoomStorageBack(dataDir: string, copy: string): void {
  deleteRoomStorage(dataDir)
  cpSync(copy, folderIn(dataDir), { recursive: true })
}

function demandFolder(dataDir: string): void {
  if (!existsSync(folderIn(dataDir))) throw new Error(`${folderIn(dataDir)} is not there`)
}
