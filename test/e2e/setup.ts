// Finds Chromium, and starts the service that the tests share.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findChromium } from './chromium.ts'
import { startTestService } from './test-service.ts'

/** The folder for screenshots. */
const results = join(import.meta.dirname, 'results')

declare module 'vitest' {
  interface ProvidedContext {
    chromium: string
    results: string
    /** Of the service that the tests share. */
    port: number
    dataDir: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = findChromium(process.env.CHROMIUM_PATH)
  if ('missing' in found) {
    console.error(found.missing)
    process.exit(1)
  }
  mkdirSync(results, { recursive: true })
  const testService = await startTestService()
  project.provide('chromium', found.path)
  project.provide('results', results)
  project.provide('port', testService.service.port)
  project.provide('dataDir', testService.service.dataDir)
  return () => testService.close()
}
