-- Reduce a Word or OpenDocument text to what Python-Markdown shows and a secretary can edit:
-- no raw HTML, marks for pictures, data tables as pipe tables, layout tables as plain text.

local LONGEST_CELL = 300
-- The same signs as in prepared.py.
local LABEL_START, LABEL_END, LABEL_SPACE = "\u{fdd0}", "\u{fdd1}", "\u{fdd5}"
local PICTURE_START, PICTURE_WORDS, PICTURE_END = "\u{fdd2}", "\u{fdd3}", "\u{fdd4}"
local LABEL = LABEL_START .. "(%d)(.-)" .. LABEL_END
local BULLET = "•"

local function inline_text(words)
  return pandoc.Inlines(pandoc.Str(words))
end

-- Python-Markdown has no footnotes without an extension, and a loose note would be lost.
local function note(element)
  return inline_text(" (Fußnote: " .. pandoc.utils.stringify(element.content) .. ")")
end

-- The place of a picture; whether it is kept, and its number, is known to the program around pandoc.
local function picture(element)
  local address = element.src:gsub(".", function(byte) return string.format("%02x", byte:byte()) end)
  local words = pandoc.utils.stringify(element.caption)
  return inline_text(PICTURE_START .. address .. PICTURE_WORDS .. words .. PICTURE_END)
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

-- Markdown has no raised or lowered signs; of figures there are letters of their own: m², CO₂.
local RAISED = { ["0"] = "⁰", ["1"] = "¹", ["2"] = "²", ["3"] = "³", ["4"] = "⁴", ["5"] = "⁵", ["6"] = "⁶",
  ["7"] = "⁷", ["8"] = "⁸", ["9"] = "⁹" }
local LOWERED = { ["0"] = "₀", ["1"] = "₁", ["2"] = "₂", ["3"] = "₃", ["4"] = "₄", ["5"] = "₅", ["6"] = "₆",
  ["7"] = "₇", ["8"] = "₈", ["9"] = "₉" }

local function figures(element, signs)
  local words = pandoc.utils.stringify(element.content)
  if not words:match("^%d+$") then return element.content end
  return inline_text((words:gsub("%d", signs)))
end

local function raised(element)
  return figures(element, RAISED)
end

local function lowered(element)
  return figures(element, LOWERED)
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

-- The cells of a row by column; what is merged stands in the first of its places, the others are empty.
local function grid_of(tbl, rows)
  local grid = {}
  for r = 1, #rows do grid[r] = {} end
  for r, row in ipairs(rows) do
    local column = 1
    for _, cell in ipairs(row.cells) do
      while grid[r][column] ~= nil do column = column + 1 end
      for down = r, math.min(r + cell.row_span - 1, #rows) do
        for across = column, math.min(column + cell.col_span - 1, #tbl.colspecs) do grid[down][across] = false end
      end
      grid[r][column] = cell
      column = column + cell.col_span
    end
  end
  return grid
end

-- A row that is one cell over the whole width: a title within the table.
local function is_title(tbl, row)
  return #row.cells == 1 and row.cells[1].col_span >= #tbl.colspecs
end

local function is_data_table(tbl, rows)
  if #tbl.colspecs < 2 then return false end
  local titles = 0
  for _, row in ipairs(rows) do
    if is_title(tbl, row) then titles = titles + 1 end
    for _, cell in ipairs(row.cells) do
      if not is_simple(cell) then return false end
    end
  end
  return #rows - titles >= 2 and #rows - titles > titles
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

local function pipe_table(tbl, grid, first, last)
  local aligns, widths, headers, body = {}, {}, {}, {}
  for i = 1, #tbl.colspecs do
    aligns[i], widths[i] = pandoc.AlignDefault, 0
    headers[i] = cell_blocks(grid[first][i])
  end
  for r = first + 1, last do
    local line = {}
    for i = 1, #tbl.colspecs do line[i] = cell_blocks(grid[r][i]) end
    body[#body + 1] = line
  end
  return pandoc.utils.from_simple_table(pandoc.SimpleTable({}, aligns, widths, headers, body))
end

-- A title within a table stands above a table of its own.
local function data_table(tbl, rows)
  local blocks, grid, first = pandoc.Blocks({}), grid_of(tbl, rows), 1
  for r, row in ipairs(rows) do
    if is_title(tbl, row) then
      if r > first then blocks:insert(pipe_table(tbl, grid, first, r - 1)) end
      blocks:extend(row.cells[1].contents)
      first = r + 1
    end
  end
  if first <= #rows then blocks:insert(pipe_table(tbl, grid, first, #rows)) end
  return blocks
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
  if is_data_table(tbl, rows) then return data_table(tbl, rows) end
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

local function alphabetic(number)
  if number < 1 or number > 26 then return tostring(number) end
  return string.char(96 + number)
end

-- Markdown counts in figures only: points that are lettered become paragraphs that begin with their letters.
local function lettered(list)
  local style, delimiter = tostring(list.style), tostring(list.delimiter)
  if style:match("Default") or style:match("Decimal") or style:match("Example") then return tight(list) end
  local close, blocks = delimiter:match("Paren") and ")" or ".", pandoc.Blocks({})
  for position, item in ipairs(list.content) do
    local number = list.start + position - 1
    local label = style:match("Alpha") and alphabetic(number) or pandoc.utils.to_roman_numeral(number)
    if style:match("Lower") then label = label:lower() elseif style:match("Upper") then label = label:upper() end
    if item[1] and is_text(item[1]) then
      item[1].content:insert(1, pandoc.Space())
      item[1].content:insert(1, pandoc.Str(label .. close))
      item[1] = pandoc.Para(item[1].content)
    end
    blocks:extend(item)
  end
  return blocks
end

-- Takes the label from a paragraph's beginning: its depth and words; nil where there is none.
local function take_label(block)
  if not (is_text(block) or block.t == "Header") then return nil end
  if not pandoc.utils.stringify(block):match("^%s*" .. LABEL_START) then return nil end
  local depth, words
  block.content = block.content:walk({
    Str = function(element)
      if depth then return nil end
      local found_depth, found_words = element.text:match(LABEL)
      if not found_depth then return nil end
      depth, words = tonumber(found_depth), found_words:gsub(LABEL_SPACE, " ")
      local rest = element.text:gsub(LABEL, "", 1)
      return rest == "" and {} or pandoc.Str(rest)
    end,
  })
  while #block.content > 0 and block.content[1].t == "Space" do block.content:remove(1) end
  return depth, words
end

local function with_words(block, words)
  block.content:insert(1, pandoc.Space())
  block.content:insert(1, pandoc.Str(words))
  return block
end

-- One list of the points from `first` on that stand at least as deep as it, or paragraphs of lettered ones; also where
-- the next begins.
local function list_of(points, first)
  local depth, items, at = points[first].depth, pandoc.List({}), first
  local start, is_lettered = points[first].number, points[first].is_lettered
  while at <= #points and points[at].depth >= depth do
    local point = points[at]
    if point.depth > depth then
      local inner
      inner, at = list_of(points, at)
      items[#items]:extend(inner)
    elseif point.is_lettered ~= is_lettered or point.number ~= (start and start + #items) then
      break
    else
      items:insert(pandoc.Blocks({ (is_lettered and pandoc.Para or pandoc.Plain)(point.content) }))
      at = at + 1
    end
  end
  local blocks = pandoc.Blocks({})
  if is_lettered then
    for _, item in ipairs(items) do blocks:extend(item) end
  elseif start then
    blocks:insert(pandoc.OrderedList(items, pandoc.ListAttributes(start, "Decimal", "Period")))
  else
    blocks:insert(pandoc.BulletList(items))
  end
  return blocks, at
end

-- Paragraphs that only look like list points become lists; a label with words ("TOP 1") stays in its line.
local function labelled(blocks)
  local out, points = pandoc.Blocks({}), pandoc.List({})
  local function finish()
    local at, list = 1, nil
    while at <= #points do
      list, at = list_of(points, at)
      out:extend(list)
    end
    points = pandoc.List({})
  end
  for _, block in ipairs(blocks) do
    local depth, words = take_label(block)
    local number = words and tonumber(words:match("^(%d+)[.)]?$"))
    local is_plain = depth and not number and words ~= BULLET and (depth == 0 or words:match("^%d+%.%d"))
    if not depth or block.t == "Header" or is_plain then
      finish()
      out:insert(words and with_words(block, words) or block)
    else
      local is_lettered = not number and words ~= BULLET
      if is_lettered then block = with_words(block, words) end
      points:insert({ depth = depth, number = number, is_lettered = is_lettered, content = block.content })
    end
  end
  finish()
  return out
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
    SmallCaps = content_only, Superscript = raised, Subscript = lowered,
    RawInline = nothing, RawBlock = nothing, Str = soft_spaces,
    Math = function(element) return inline_text(element.text) end,
  },
  { Strong = trimmed, Emph = trimmed, Strikeout = trimmed },
  { Div = content_only, Figure = content_only, Header = header, Para = paragraph, Plain = paragraph },
  { Blocks = labelled },
  { Table = table_ },
  { BulletList = tight, OrderedList = lettered },
  { Pandoc = with_title },
}
