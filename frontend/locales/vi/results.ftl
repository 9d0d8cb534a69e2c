waves-title = Sự hài lòng về dịch vụ công
waves-lead = Người dân hài lòng đến đâu với dịch vụ hành chính công ở từng đơn vị, và mỗi kết quả chắc chắn đến mức nào.
waves-none = Chưa có đợt khảo sát nào.
waves-period = Giai đoạn được đánh giá: { $from } – { $to }
waves-field = Thời gian thu phiếu: { $opens } – { $closes }
waves-units = { $count } đơn vị
waves-answer = Tham gia trả lời
waves-results = Xem kết quả
waves-results-preview = Xem kết quả (chưa công bố)
waves-fieldwork = Tiến độ thu phiếu
state-draft = đang chuẩn bị
state-upcoming = mở từ ngày { $date }
state-taking = nhận phiếu đến hết ngày { $date }
state-late = tiếp tục nhận phiếu đến muộn đến hết ngày { $date }
state-ended = đã hết hạn thu phiếu
state-closed = đã đóng, đang rà soát kết quả
state-released = đã công bố kết quả

level-province = Tỉnh
level-district = Huyện
level-commune = Xã
level-department = Sở, ban, ngành
level-other = Đơn vị

rank-ordinal = { $n ->
    [1] thứ nhất
    [2] thứ hai
    [3] thứ ba
    [4] thứ tư
    [5] thứ năm
    [6] thứ sáu
    [7] thứ bảy
    [8] thứ tám
    [9] thứ chín
    [10] thứ mười
   *[other] thứ { $n }
  }
rank-alone = { $count ->
    [1] { $unit } đứng thứ nhất, cao hơn rõ rệt so với tất cả đơn vị còn lại
   *[other] { $unit } xếp { $low }, khác rõ rệt với tất cả đơn vị còn lại
  }
rank-among-first = { $unit } nằm trong { $count } đơn vị dẫn đầu (từ { $low } đến { $high })
rank-among-last = { $unit } nằm trong { $count } đơn vị cuối bảng (từ { $low } đến { $high })
rank-between = { $count ->
    [2] { $unit } có thể xếp hạng { $first } hoặc { $last }
   *[other] { $unit } có thể xếp hạng { $first } đến { $last }
  }
rank-anywhere = Chưa thể xác định thứ hạng của { $unit-within }: có thể từ { $low } đến { $high }
rank-indistinct = chưa đủ căn cứ để nói khác với { $others }
rank-indistinct-many = chưa đủ căn cứ để nói khác với { $count } đơn vị khác
list-and = và
list-or = hoặc
lead-first-open = Chưa thể nói đơn vị nào đứng đầu: có thể là { $units }.
lead-first-open-many = Chưa thể nói đơn vị nào đứng đầu: { $count } đơn vị đều có thể giữ vị trí này.
lead-no-ranking = Chưa thể xếp hạng đơn vị nào.

ranking-title = Bảng xếp hạng
ranking-facts = { $answers } phiếu trả lời · { $units } đơn vị · giai đoạn { $from } – { $to }
ranking-overall = Chung tất cả đơn vị: { $value } (khoảng tin cậy { $level }: { $interval }).
ranking-not-public = Trang này chưa công khai: kết quả chưa được công bố, chỉ quản trị viên xem được.
release-title = Đây là lần công bố nào
release-corrected = Bản công bố lần { $number }, ngày { $day }, đính chính kết quả đã công bố trước đó.
release-see-before = Xem bản công bố lần { $number }, ngày { $day }
release-old = Đây là bản công bố lần { $number }, ngày { $day }, giữ nguyên như khi công bố. Bản này đã được đính chính ngày { $corrected }.
release-see-latest = Xem kết quả đã đính chính
chart-title = Chỉ số của từng đơn vị kèm khoảng tin cậy
chart-description = Mỗi đơn vị có một chấm tại chỉ số và một đường cho khoảng tin cậy, xếp theo nhóm từ cao xuống thấp. Bảng bên dưới có cùng các số này.
chart-axis-share = Chỉ số, % hài lòng
chart-axis-points = Chỉ số, điểm trên 100
chart-reference = Chung tất cả đơn vị: { $value }
chart-reading = Chấm: chỉ số. Đường ngang: khoảng tin cậy { $level }. Bên phải: các thứ hạng mà dữ liệu cho phép. Nền tô: các nhóm. Với độ tin cậy đồng thời { $joint }, các đơn vị khác nhóm khác nhau rõ rệt; thứ tự trong một nhóm chưa xác định được đầy đủ.
tier = Nhóm { $n }
table-caption = Bảng xếp hạng bằng số
column-rank = Hạng
column-index-share = Chỉ số, %
column-interval = Khoảng tin cậy { $level }
column-places = Khoảng thứ hạng
chart-ranks = Thứ hạng
column-tier = Nhóm
column-n = Số phiếu
column-deff = Hệ số thiết kế
column-margin = Sai số ±
words-title = Diễn giải
words-level = Các nhận định trên đồng thời đúng với độ tin cậy { $level }.
withheld-title = Không xếp hạng
withheld-no_answers = { $unit }: chưa có ai trả lời.
withheld-items_unanswered = { $unit }: có { $answered } người trả lời, không ai trả lời { $items }.
withheld-no_precision = { $unit }: mẫu quá nhỏ hoặc lấy từ quá ít nơi để biết chỉ số chắc chắn đến đâu.
withheld-too_few_answers = { $unit }: có ít phiếu hơn mức tối thiểu để xếp hạng theo kế hoạch khảo sát ({ $least }).
withheld-too_few_sampling_units = { $unit }: phiếu đến từ ít đơn vị mẫu (chẳng hạn thôn) hơn mức tối thiểu để xếp hạng theo kế hoạch khảo sát ({ $least }).

open-link-title = Phiếu trả lời qua đường dẫn mở
open-link-apart = Có thêm { $answers } người trả lời qua đường dẫn mở mà ai cũng dùng được. Họ tự chọn tham gia nên không thể biết họ đại diện cho mọi người đến mức nào: không thể tính sai số cho các số này, và chúng không thuộc bảng xếp hạng.
open-link-counted = { $answers } phiếu đến qua đường dẫn mở, người gửi tự chọn tham gia. Kế hoạch khảo sát này có tính các phiếu đó, nhưng những người này không được chọn ngẫu nhiên: không thể coi các khoảng tin cậy và khoảng thứ hạng trên trang này là sai số chọn mẫu, và chúng chỉ đúng nếu những người này trả lời giống mọi người.
download-open-link = Phiếu qua đường dẫn mở, tệp CSV

method-title = Cách tính chỉ số
method-name = Phương pháp
method-weights-title = Trọng số của từng phần trong chỉ số
method-formula = Công thức
formula-items = Với mỗi tiêu chí trong { $items } tiêu chí, tính tỷ lệ trả lời “hài lòng” hoặc “rất hài lòng” trong số những người có ý kiến. Chỉ số là trung bình cộng các tỷ lệ này, tính bằng phần trăm.
formula-factors = Với mỗi tiêu chí, tính tỷ lệ trả lời “hài lòng” hoặc “rất hài lòng” trong số những người có ý kiến. Các tỷ lệ được lấy trung bình trong từng yếu tố ({ $factors } yếu tố); chỉ số là trung bình cộng các yếu tố, tính bằng phần trăm.
formula-pooled = Tổng số câu trả lời “hài lòng” hoặc “rất hài lòng” cho { $items } tiêu chí, chia cho tổng số ý kiến, tính bằng phần trăm.
formula-score = Điểm trung bình của từng tiêu chí trong { $items } tiêu chí, quy đổi để mức thấp nhất của thang thành 0 điểm và mức cao nhất thành 100 điểm. Chỉ số là trung bình cộng các điểm này.
formula-nps = Điểm NPS: trong 100 người, số người sẽ giới thiệu (9 hoặc 10 trên 10) trừ số người sẽ khuyên không nên (0 đến 6), từ −100 đến 100 điểm.
formula-share-weighted = Với mỗi tiêu chí, tính tỷ lệ trả lời “hài lòng” hoặc “rất hài lòng” trong số những người có ý kiến. Chỉ số là trung bình của các tỷ lệ này theo các nhóm và trọng số của phương pháp, tính bằng đơn vị của phương pháp.
formula-score-weighted = Điểm trung bình của từng tiêu chí, tính theo vị trí giữa mức thấp nhất và mức cao nhất của thang. Chỉ số là trung bình của các điểm này theo các nhóm và trọng số của phương pháp, tính bằng đơn vị của phương pháp.
formula-promotion-weighted = Tỷ lệ người sẽ giới thiệu (9 hoặc 10 trên 10) trừ tỷ lệ người sẽ khuyên không nên (0 đến 6). Chỉ số là trung bình qua các tiêu chí theo các nhóm và trọng số của phương pháp, tính bằng đơn vị của phương pháp.
method-interval-title = Khoảng tin cậy là gì
method-interval = Không phải ai cũng được hỏi, nên mỗi chỉ số chỉ được biết trong một khoảng. Nếu lặp lại khảo sát nhiều lần, khoảng { $level } các khoảng như vậy sẽ chứa giá trị thu được khi hỏi tất cả mọi người. Khoảng này tính đến sự ngẫu nhiên khi chọn mẫu, không tính đến việc hiểu sai câu hỏi hay việc có người không trả lời.
method-places-title = Khoảng thứ hạng là gì
method-places-holm = Đó là mọi thứ hạng mà dữ liệu cho phép, sau khi so sánh từng cặp đơn vị (phương pháp Holm). Kết luận đúng cho tất cả đơn vị cùng lúc với độ tin cậy { $level }: nếu lặp lại khảo sát nhiều lần, trong ít nhất { $level } số lần, thứ hạng thật của mọi đơn vị đều nằm trong các hạng đã nêu.
method-tiers-title = Nhóm là gì
method-tiers = Một chuỗi đơn vị, trong đó mỗi đơn vị chưa khác rõ rệt với đơn vị kế bên; đơn vị khác rõ rệt với mọi đơn vị khác là một nhóm riêng. Với độ tin cậy đồng thời { $level }, các đơn vị thuộc hai nhóm khác nhau thì khác nhau rõ rệt. Không nên dựa vào thứ tự bên trong một nhóm.
method-deff-title = Hệ số thiết kế là gì
method-deff-with_replacement = Ở đây hệ số thiết kế so với mẫu ngẫu nhiên đơn giản có hoàn lại (trong R: deff = "replace").
method-deff-without_replacement = Ở đây hệ số thiết kế so với mẫu ngẫu nhiên đơn giản không hoàn lại, lấy từ số người bằng tổng trọng số (trong R: deff = TRUE).
method-deff = Phương sai lớn gấp bao nhiêu lần so với mẫu ngẫu nhiên đơn giản cùng cỡ. Nếu bằng 2, một nghìn phiếu chỉ có giá trị như năm trăm phiếu. Nếu nhỏ hơn 1, mẫu này chính xác hơn mẫu ngẫu nhiên đơn giản: có thể nhờ phân tầng; nhưng khi chỉ chọn ít đơn vị mẫu cấp một (như xã, thôn), đó cũng có thể là ngẫu nhiên, vì khi ấy bản thân phương sai chỉ được ước lượng thô.
download-title = Dữ liệu
download-csv = Bảng xếp hạng (CSV)
download-json = Bảng xếp hạng (JSON)
download-results-csv = Mọi ước lượng (CSV)
download-api = Giới thiệu API

unit-index = Chỉ số
index-share = { $value }%
index-points = { $value } điểm
unit-answers = { $number } phiếu trả lời
unit-interval = khoảng tin cậy { $level }: { $interval }
unit-back = Toàn bộ bảng xếp hạng
unit-factors = Các yếu tố
unit-factors-title = Tỷ lệ hài lòng theo yếu tố
unit-factors-description = Mỗi yếu tố có một chấm tại tỷ lệ hài lòng và một đường cho khoảng tin cậy. Bảng bên dưới có cùng các số này.
unit-items = Các tiêu chí
unit-items-description = Mỗi tiêu chí là một thanh chia theo năm mức đánh giá, kém nhất ở bên trái, tốt nhất ở bên phải. Bảng bên dưới có cùng các số này.
unit-no-answers = Chưa có ai trả lời về đơn vị này.
unit-no-index = Không có chỉ số: có { $answered } người trả lời, không ai trả lời { $items }.
column-factor = Yếu tố
column-satisfied = Hài lòng, %
column-criterion = Tiêu chí
item-note = { $value }% ± { $margin }
item-note-bare = { $value }%
item-nps = { $item } Điểm NPS: { $value }; trong 100 câu trả lời, số mức 9 hoặc 10 trừ số mức 0 đến 6.
item-no-answers = chưa có ý kiến
items-reading = Số bên phải là tỷ lệ câu trả lời hài lòng, kèm sai số ở mức tin cậy { $level }. Các tỷ lệ trong bảng tính bằng phần trăm; n là số ý kiến.

not-released-title = Kết quả chưa được công bố
not-released-text = Trước khi công bố, điểm số không hiển thị cho công chúng và cho các đơn vị được xếp hạng; chỉ quản trị viên kiểm tra số liệu. Nhờ vậy không đơn vị nào tác động được đến thứ hạng của mình.
not-released-field = Thời gian nhận phiếu: { $opens } – { $closes }.
not-released-answer = Tham gia khảo sát

api-title = Dữ liệu và API
api-lead = Mọi số liệu trên các trang đều có thể đọc bằng chương trình, dạng JSON hoặc CSV. Phần tra cứu dưới đây (tiếng Anh) được tạo từ bản mô tả cho máy đọc.
api-description-link = Bản mô tả OpenAPI (JSON)
api-operations = Các thao tác
api-parameters = Tham số
api-answers = Phản hồi
api-body = Nội dung gửi
api-example = Ví dụ
api-shapes = Cấu trúc dữ liệu
api-field = Trường
api-type = Kiểu
api-meaning = Ý nghĩa
api-required = bắt buộc
