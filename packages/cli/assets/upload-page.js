import { createServiceClient } from '/client/index.js'

const find = (id) => document.getElementById(id)
const client = createServiceClient({
  baseUrl: document.querySelector('main').dataset.ticket,
  storage: localStorage,
})
let stop

find('file').addEventListener('change', async ({ target }) => {
  const [file] = target.files
  if (!file) return
  stop?.abort(new Error('Stopped'))
  const mine = new AbortController()
  stop = mine
  show('running', `Uploading ${file.name}`)
  find('facts').hidden = true
  find('picture').hidden = !file.type.startsWith('image/')
  if (!find('picture').hidden) find('picture').src = URL.createObjectURL(file)
  try {
    const done = await client.upload(file, { signal: mine.signal, onProgress: showProgress })
    const { url } = await client.presignDownload({ key: done.key, filename: file.name })
    show('done', 'Uploaded, and confirmed by the service')
    showFacts(
      {
        Key: done.key,
        Size: `${done.sizeBytes.toLocaleString()} bytes`,
        Type: done.contentType,
        ETag: done.etag,
      },
      url,
    )
  } catch (error) {
    if (mine === stop) show('failed', error.message)
  }
  target.value = ''
})
find('stop').addEventListener('click', () =>
  stop?.abort(new Error('Stopped. Choose the same file to go on.')),
)

function showProgress({ sentBytes, totalBytes }) {
  find('progress').value = totalBytes === 0 ? 1 : sentBytes / totalBytes
  find('status').textContent = `${Math.floor((100 * sentBytes) / Math.max(1, totalBytes))} %`
}

function show(state, text) {
  find('status').dataset.state = state
  find('status').textContent = text
  find('progress').hidden = find('stop').hidden = state !== 'running'
}

function showFacts(facts, url) {
  const list = find('facts')
  list.replaceChildren()
  for (const [name, value] of Object.entries(facts)) {
    list.append(Object.assign(document.createElement('dt'), { textContent: name }))
    list.append(Object.assign(document.createElement('dd'), { textContent: value }))
  }
  const link = Object.assign(document.createElement('a'), { href: url, textContent: 'Download' })
  list.append(document.createElement('dt'), link)
  list.hidden = false
}
