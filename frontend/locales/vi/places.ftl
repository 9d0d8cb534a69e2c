levels-province = tỉnh
levels-district = huyện
levels-commune = xã
levels-department = sở, ban, ngành
levels-other = đơn vị

sets-title = Cách xác định khoảng thứ hạng
sets-holm = Phương pháp Holm
sets-simultaneous = Tập hạng đồng thời
sets-official = chính thức
sets-missing = không tính
sets-why-official = Cách tính chính thức đã được ấn định trong kế hoạch khảo sát, trước phiếu trả lời đầu tiên; cách kia chỉ để so sánh.
sets-not-official-holm = Đây không phải là các hạng chính thức. Các hạng này tính theo phương pháp Holm để so sánh; kế hoạch khảo sát đã ấn định tập hạng đồng thời là cách chính thức, trước phiếu trả lời đầu tiên.
sets-not-official-simultaneous = Đây không phải là các hạng chính thức. Các hạng này tính theo tập hạng đồng thời để so sánh; kế hoạch khảo sát đã ấn định phương pháp Holm là cách chính thức, trước phiếu trả lời đầu tiên.
sets-see-official = Xem các hạng chính thức
sets-left-out-too_many_units = Không tính tập hạng đồng thời: { $units } đơn vị có kết quả tương quan với nhau là quá nhiều để mô phỏng; giới hạn là { $max }.
sets-left-out-level_too_high = Không tính tập hạng đồng thời: độ tin cậy quá gần 100% nên không mô phỏng được.
sets-left-out-no_covariance = Không tính tập hạng đồng thời: không mô phỏng được sai số chọn mẫu chung của các đơn vị.
sets-stand-in = Các hạng dưới đây tính theo phương pháp Holm, với cùng độ tin cậy.
chance-statement = Nếu lặp lại khảo sát nhiều lần theo cùng một cách, thì trong ít nhất { $times } trên { $of } lần lặp lại, tất cả các khoảng thứ hạng nêu ở đây cùng chứa thứ hạng thật của các đơn vị.
sets-rest-on = Các khoảng thứ hạng này dựa trên { $fewest } đến { $most } đơn vị mẫu (chẳng hạn thôn) ở mỗi { $units }. Càng ít đơn vị mẫu thì khoảng hạng càng rộng.
sets-rest-on-equal = Các khoảng thứ hạng này dựa trên { $most } đơn vị mẫu (chẳng hạn thôn) ở mỗi { $units }. Càng ít đơn vị mẫu thì khoảng hạng càng rộng.
told-apart = Trong { $pairs } cặp { $units }, { $apart } cặp khác nhau rõ rệt; { $rest } cặp còn lại có thể chỉ do ngẫu nhiên.
told-apart-all = Cả { $pairs } cặp { $units } đều khác nhau rõ rệt.
told-apart-none = Trong { $pairs } cặp { $units }, không cặp nào khác nhau rõ rệt: toàn bộ thứ tự có thể chỉ do ngẫu nhiên.
told-apart-two = Hai { $units } khác nhau rõ rệt.
told-apart-two-not = Hai { $units } chưa khác nhau rõ rệt: thứ tự có thể chỉ do ngẫu nhiên.

measure-share = điểm phần trăm
measure-points = điểm
difference = { $value } { $measure }
difference-tiny = chưa đến { $value }
neighbours-title = So với đơn vị liền kề
neighbour-first = { $unit } đứng đầu bảng: không có đơn vị nào xếp trước.
neighbour-behind = { $unit } thấp hơn { $other } (ngay trên) { $difference }.
neighbour-ahead = { $unit } cao hơn { $other } (ngay dưới) { $difference }.
neighbour-level-before = { $unit } có cùng chỉ số với { $other } (ngay trên).
neighbour-level-after = { $unit } có cùng chỉ số với { $other } (ngay dưới).
range-both = có thể thấp hơn tới { $behind } { $measure } hoặc cao hơn tới { $ahead } { $measure }
range-behind = thấp hơn từ { $low } đến { $high } { $measure }
range-ahead = cao hơn từ { $low } đến { $high } { $measure }
verdict-real = Chênh lệch này không chỉ do ngẫu nhiên, kể cả khi xét mọi cặp cùng lúc. Với độ tin cậy { $level }, { $unit-within } { $range }.
verdict-chance = Chênh lệch này có thể chỉ do ngẫu nhiên: với độ tin cậy { $level }, { $unit-within } { $range }.
verdict-alone = Nếu chỉ xét riêng cặp này, chênh lệch có vẻ không do ngẫu nhiên: với độ tin cậy { $level }, { $unit-within } { $range }. Nhưng có { $pairs } cặp được so sánh; trong ngần ấy cặp, một vài chênh lệch như vậy xuất hiện do ngẫu nhiên. Xét cùng các cặp khác, chênh lệch này có thể chỉ do ngẫu nhiên.
verdict-exact = Cả hai đơn vị đều không có sai số chọn mẫu, nên chênh lệch này là chính xác.
verdict-unknown = Không thấy sai số chọn mẫu của chênh lệch này, nên không thể nói nó có phải do ngẫu nhiên hay không.
verdict-level = Với độ tin cậy { $level }, { $unit-within } { $range }.
neighbours-caption = Đơn vị này trừ đơn vị kia, tính bằng { $measure ->
    [share] điểm phần trăm
   *[points] điểm
  }. Khoảng tin cậy và p chỉ xét riêng một cặp; “khác nhau rõ rệt” xét mọi cặp cùng lúc, với độ tin cậy { $level }.
column-compared = So với
column-difference = Chênh lệch
column-se = Sai số chuẩn
column-p = p
column-told-apart = Khác nhau rõ rệt
interval-signed = { $low } đến { $high }
told-apart-yes = có
told-apart-no = chưa

method-places-simultaneous = Đó là mọi thứ hạng mà dữ liệu cho phép, sau khi so sánh từng cặp đơn vị (tập hạng đồng thời của Mogstad, Romano, Shaikh và Wilhelm). Kết luận đúng cho tất cả đơn vị cùng lúc với độ tin cậy { $level }: nếu lặp lại khảo sát nhiều lần, trong ít nhất { $level } số lần, thứ hạng thật của mọi đơn vị đều nằm trong các hạng đã nêu.
method-critical = Một chênh lệch được coi là rõ rệt khi giá trị p của nó, với số bậc tự do riêng, nhỏ hơn giá trị p của { $value } lần sai số chuẩn trong mẫu lớn. Giá trị tới hạn này được mô phỏng bằng { $draws } lần rút ngẫu nhiên với hạt giống (seed) { $seed }; sai số Monte Carlo của nó là { $error }.
method-close = { $count ->
    [0] Không có cặp nào nằm cách giá trị này trong vòng hai lần sai số đó.
   *[other] Có { $count } cặp nằm cách giá trị này trong vòng hai lần sai số đó: hạt giống khác có thể cho kết luận khác.
  }
method-assumption = Mỗi cặp được so sánh bằng phân phối t của Student với số bậc tự do theo số đơn vị mẫu, nên càng ít đơn vị mẫu thì các hạng có thể càng rộng. Điều này đúng khi các chỉ số có phân phối gần chuẩn.
method-lonely-title = Tầng chỉ có một đơn vị mẫu
method-lonely-remove = Tầng chỉ chọn một đơn vị mẫu không góp gì vào sai số chọn mẫu (quy tắc “remove”); khoảng tin cậy có thể quá hẹp.
method-lonely-certainty = Tầng chỉ chọn một đơn vị mẫu được coi là chọn chắc chắn và không góp gì vào sai số chọn mẫu (quy tắc “certainty”).
method-lonely-adjust = Nếu tầng chỉ chọn một đơn vị mẫu, đơn vị đó được so với trung bình của mọi đơn vị mẫu (quy tắc “adjust”); khoảng tin cậy thường rộng hơn là hẹp.
method-lonely-average = Tầng chỉ chọn một đơn vị mẫu được coi là biến động bằng mức trung bình của các tầng khác (quy tắc “average”).
method-shares-title = Khoảng tin cậy của tỷ lệ
method-shares-logit = Tính từ hồi quy logistic (“logit”).
method-shares-likelihood = Gồm mọi giá trị mà kiểm định tỷ số hợp lý có hiệu chỉnh không bác bỏ (“likelihood”).
method-shares-asin = Đối xứng trên thang arcsin (“asin”).
method-shares-beta = Theo Korn và Graubard: đúng với phân phối nhị thức, dùng cỡ mẫu hiệu dụng (“beta”).
method-shares-mean = Đối xứng quanh ước lượng (“mean”), có thể xuống dưới 0 hoặc vượt 100%.
method-shares-wilson = Khoảng điểm số Wilson với cỡ mẫu hiệu dụng (“wilson”).
method-calibration-title = Quyền số
method-calibration-raking = Quyền số được hiệu chỉnh bằng phương pháp raking để mẫu khớp với số dân đã biết theo { $margins }.
method-calibration-linear = Quyền số được hiệu chỉnh bằng phương pháp tuyến tính để mẫu khớp với số dân đã biết theo { $margins }.
method-calibration-logit = Quyền số được hiệu chỉnh bằng phương pháp logit có chặn để mẫu khớp với số dân đã biết theo { $margins }.
method-calibration-not = Kế hoạch khảo sát quy định hiệu chỉnh quyền số theo số dân đã biết, theo { $margins }. Với các phiếu hiện có chưa làm được việc này, nên quyền số được giữ nguyên.
method-negative-title = Quyền số âm
method-negative = Hiệu chỉnh làm quyền số của { $count } phiếu xuống dưới 0 (nhỏ nhất là { $smallest }): { $groups }. Vì vậy tỷ lệ có thể ra ngoài khoảng 0–100%; tỷ lệ như thế không có khoảng tin cậy, vì không khoảng nào chứa được nó.

sets-kww = Khoảng đồng thời
sets-left-out-many_units = Có { $units } đơn vị. Trên { $max } đơn vị thì số cặp quá nhiều để so sánh từng cặp, nên không dùng phương pháp Holm và tập hạng đồng thời.
sets-stand-in-kww = Các hạng dưới đây được lập từ khoảng đồng thời, bảo đảm ít nhất cùng độ tin cậy.
method-places-kww = Mỗi đơn vị có một khoảng quanh chỉ số của mình, đủ rộng để tất cả các khoảng cùng chứa giá trị thật với độ tin cậy { $level } (Bonferroni). Hai đơn vị được coi là khác nhau rõ rệt khi khoảng của chúng không chồng lên nhau; các hạng của một đơn vị là tất cả những hạng mà dữ liệu khi đó cho phép (Klein, Wright và Wieczorek). Chúng đúng cho tất cả các đơn vị cùng lúc với độ tin cậy { $level } trở lên, dù các đơn vị có gì chung: nếu lặp lại khảo sát nhiều lần, trong ít nhất { $level } số lần lặp, hạng thật của mọi đơn vị nằm trong các hạng đã nêu.
chart-part = Biểu đồ vẽ các đơn vị trên trang này của bảng: hạng của tất cả { $units } đơn vị không thể đọc được trong một hình.
download-csv-part = Bảng xếp hạng, đơn vị { $first } đến { $last } (CSV)
