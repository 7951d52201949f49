#!/usr/bin/env node
import { createNodeIo } from './io.ts'
import { run } from './run.ts'

const io = createNodeIo()
process.exitCode = await run(process.argv.slice(2), io)
io.release()
