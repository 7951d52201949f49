import { parentPort, workerData } from 'node:worker_threads'
import type { BadKey } from 'cos-presign/bulk'
import type { PlainFile } from '../io/plain-file.ts'
import type { SignedBlock } from './block-signer.ts'
import { createFileSigner, type OnBadKeys } from './file-signer.ts'
import type { BulkJob } from './job.ts'
import { type LedgerSeat, openLedger } from './ledger.ts'
import type { RecordSource } from './record-reader.ts'
import { createSigningTools } from './signing-tools.ts'

/* A worker thread: says when it is ready, does what it is asked, and answers in that order. */

/** A part of a file to sign, of a size that turns out. */
export interface FilePart {
  readonly seat: LedgerSeat
  readonly source: RecordSource
  readonly target: PlainFile
}

/** What it is asked to do. */
export type WorkerRequest = { readonly sign: Uint8Array; readonly memory: ArrayBuffer | undefined } | FilePart

/** What it says: first that it is ready. Of a file it tells bad keys before it says that it has signed its part. */
export type WorkerAnswer =
  | 'ready'
  | 'signed'
  | { readonly unit: number; readonly badKeys: readonly BadKey[] }
  | SignedBlock

const tools = await createSigningTools(workerData as BulkJob, Date.now)

parentPort?.on('message', (request: WorkerRequest) => {
  if ('sign' in request) {
    const signed = tools.signBlock(request.sign, request.memory)
    const { bytes, lines } = signed.output
    return answer(signed, [signed.input, lines.buffer as ArrayBuffer, bytes.buffer as ArrayBuffer])
  }
  signFile(request)
  answer('signed', [])
})
answer('ready', [])

function signFile({ seat, source, target }: FilePart): void {
  const ledger = openLedger(seat)
  const onBadKeys: OnBadKeys = (unit, badKeys) => answer({ unit, badKeys }, [])
  const signer = createFileSigner(tools, { ledger, source, target, onBadKeys })
  for (;;) {
    for (let entry = ledger.next(); entry !== undefined; entry = ledger.next()) {
      signer.place(entry, ledger.cursor.position)
      ledger.pass(entry)
    }
    const state = signer.step()
    if (state === 'done') break
    if (state === 'waits') ledger.wait()
  }
  ledger.leave()
}

function answer(what: WorkerAnswer, moved: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(what, [...new Set(moved)])
}
