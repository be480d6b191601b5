-- Reduce a Word or OpenDocument text to what Python-Markdown shows and a secretary can edit:
-- no raw HTML, no pictures (their description stays), data tables as pipe tables, layout tables as plain text.

local LONGEST_CELL = 300

local function inline_text(words)
  return pandoc.Inlines(pandoc.Str(words))
end

-- Python-Markdown has no footnotes without an extension, and a loose note would be lost.
local function note(element)
  return inline_text(" (Fußnote: " .. pandoc.utils.stringify(element.content) .. ")")
end

local function picture(element)
  local words = pandoc.utils.stringify(element.caption)
  if words == "" then return {} end
  return inline_text("(Bild: " .. words .. ")")
end

-- Only addresses a reader may follow; file: and javascript: never leave the document.
local function link(element)
  local target = element.target:lower()
  if target:match("^https?://") or target:match("^mailto:") then
    return pandoc.Link(element.content, element.target)
  end
  return element.content
end

local function content_only(element)
  return element.content
end

local function nothing()
  return {}
end

-- Hard spaces are layout; as Markdown they would stand in the way of emphasis and search.
local function soft_spaces(element)
  if not element.text:find("\u{a0}", 1, true) then return nil end
  local parts = pandoc.Inlines({})
  for spaces, word in element.text:gmatch("([\u{a0}]*)([^\u{a0}]*)") do
    if spaces ~= "" then parts:insert(pandoc.Space()) end
    if word ~= "" then parts:insert(pandoc.Str(word)) end
  end
  return parts
end

-- `**word **` is not bold in Markdown: spaces at the edges move outside.
local function trimmed(element)
  local before, after, words = pandoc.Inlines({}), pandoc.Inlines({}), element.content
  while #words > 0 and (words[1].t == "Space" or words[1].t == "LineBreak") do before:insert(words:remove(1)) end
  while #words > 0 and (words[#words].t == "Space" or words[#words].t == "LineBreak") do
    after:insert(1, words:remove())
  end
  if #words > 0 then
    element.content = words
    before:insert(element)
  end
  before:extend(after)
  return before
end

local function is_text(block)
  return block.t == "Plain" or block.t == "Para"
end

local function is_simple(cell)
  if cell.col_span > 1 or cell.row_span > 1 then return false end
  for _, block in ipairs(cell.contents) do
    if not is_text(block) then return false end
  end
  return #pandoc.utils.stringify(cell.contents) <= LONGEST_CELL
end

local function rows_of(tbl)
  local rows = pandoc.List(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  rows:extend(tbl.foot.rows)
  return rows
end

local function is_data_table(tbl, rows)
  if #tbl.colspecs < 2 or #rows < 2 then return false end
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      if not is_simple(cell) then return false end
    end
  end
  return true
end

-- A cell is one line of a pipe table: line breaks become spaces, paragraphs are joined by semicolons.
local function cell_blocks(cell)
  local line = pandoc.Inlines({})
  for _, block in ipairs(cell and cell.contents or {}) do
    if #line > 0 then line:extend({ pandoc.Str(";"), pandoc.Space() }) end
    line:extend(block.content:walk({ LineBreak = function() return pandoc.Space() end }))
  end
  return #line > 0 and { pandoc.Plain(line) } or {}
end

local function pipe_table(tbl, rows)
  local aligns, widths, headers, body = {}, {}, {}, {}
  for i = 1, #tbl.colspecs do
    aligns[i], widths[i] = pandoc.AlignDefault, 0
    headers[i] = cell_blocks(rows[1].cells[i])
  end
  for r = 2, #rows do
    local line = {}
    for i = 1, #tbl.colspecs do line[i] = cell_blocks(rows[r].cells[i]) end
    body[#body + 1] = line
  end
  return pandoc.utils.from_simple_table(pandoc.SimpleTable({}, aligns, widths, headers, body))
end

-- A table that only arranges text ("one table per item") is read row by row; short cells beside each other
-- ("1", "Finanzen") are one line, and a row of nothing else is that item's title.
local function layout_table(rows)
  local blocks = pandoc.Blocks({})
  for _, row in ipairs(rows) do
    local short, long = pandoc.Inlines({}), pandoc.Blocks({})
    for _, cell in ipairs(row.cells) do
      local first = cell.contents[1]
      if #cell.contents == 1 and is_text(first) and #pandoc.utils.stringify(first) <= 80 then
        if #short > 0 then short:insert(pandoc.Space()) end
        short:extend(first.content:walk({ Strong = content_only }))
      else
        long:extend(cell.contents)
      end
    end
    if #short > 0 then
      local title = #long == 0 and #row.cells > 1
      blocks:insert(pandoc.Para(title and { pandoc.Strong(short) } or short))
    end
    blocks:extend(long)
  end
  return blocks
end

local function table_(tbl)
  local rows = rows_of(tbl)
  if is_data_table(tbl, rows) then return pipe_table(tbl, rows) end
  return layout_table(rows)
end

-- Word writes every list point as a paragraph; points of one paragraph make a tight list. Empty points go.
local function tight(list)
  local kept = pandoc.List({})
  for _, item in ipairs(list.content) do
    if pandoc.utils.stringify(pandoc.Blocks(item)) ~= "" then kept:insert(item) end
  end
  if #kept == 0 then return {} end
  for _, item in ipairs(kept) do
    for i, block in ipairs(item) do
      if i > 1 and block.t ~= "BulletList" and block.t ~= "OrderedList" then
        list.content = kept
        return list
      end
    end
  end
  for _, item in ipairs(kept) do
    if item[1].t == "Para" then item[1] = pandoc.Plain(item[1].content) end
  end
  list.content = kept
  return list
end

-- Paragraphs of style Title, Subtitle, Date become metadata and would be lost.
local function with_title(doc)
  local head = pandoc.Blocks({})
  for _, key in ipairs({ "title", "subtitle", "date" }) do
    local words = doc.meta[key] and pandoc.utils.stringify(doc.meta[key]) or ""
    if words ~= "" then
      head:insert(key == "title" and pandoc.Header(1, words) or pandoc.Para(words))
    end
  end
  head:extend(doc.blocks)
  doc.blocks, doc.meta = head, {}
  return doc
end

local function header(element)
  if pandoc.utils.stringify(element) == "" then return {} end
  return pandoc.Header(math.min(element.level, 6), element.content)
end

local function paragraph(element)
  if #element.content == 0 then return {} end
end

return {
  {
    Image = picture, Note = note, Link = link, Span = content_only, Underline = content_only,
    SmallCaps = content_only, Superscript = content_only, Subscript = content_only,
    RawInline = nothing, RawBlock = nothing, Str = soft_spaces,
    Math = function(element) return inline_text(element.text) end,
  },
  { Strong = trimmed, Emph = trimmed, Strikeout = trimmed },
  { Div = content_only, Figure = content_only, Header = header, Para = paragraph, Plain = paragraph },
  { Table = table_ },
  { BulletList = tight, OrderedList = tight },
  { Pandoc = with_title },
}
